/** The longest value that we keep of a person, in characters; an address has its own rule in `emailKey`. */
export const longestValues = { first_name: 1_000, last_name: 1_000, phone: 100, language: 35 } as const;

/** HubSpot takes texts of 65,536 characters; a name of that length is no name, and would be on every page that shows it. */
export const isTooLong = (field: keyof typeof longestValues, value: string | null): boolean =>
  value !== null && value.length > longestValues[field];
