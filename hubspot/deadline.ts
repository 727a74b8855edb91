/** The client takes no abort signal: a late answer is thrown away when it comes, and Node ends the silent ones. */
export async function within<T>(
  deadline: AbortSignal,
  work: Promise<T>,
  whenLate: (late: T) => void = () => {},
): Promise<T> {
  const { promise: expiry, reject } = Promise.withResolvers<never>();
  const expire = () => reject(deadline.reason);
  if (deadline.aborted) expire();
  deadline.addEventListener('abort', expire, { once: true });
  work.then((late) => deadline.aborted && whenLate(late)).catch(() => {});
  try {
    return await Promise.race([work, expiry]);
  } finally {
    deadline.removeEventListener('abort', expire);
  }
}
