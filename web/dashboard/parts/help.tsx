import type { ReactNode } from 'react';

interface HelpProps {
  readonly title: string;
  readonly points: readonly string[];
  readonly children?: ReactNode;
}

/** Help where it is needed, closed until somebody asks. */
export const Help = ({ title, points, children }: HelpProps) => (
  <details className="vf-details vf-help">
    <summary>{title}</summary>
    <ul>
      {points.map((point) => (
        <li key={point}>{point}</li>
      ))}
      {children && <li>{children}</li>}
    </ul>
  </details>
);
