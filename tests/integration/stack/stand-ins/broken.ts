/** Ends at once, as a role does with a variable that it cannot read. */
console.error('PUBLIC_URL is missing');
process.exitCode = 3;
