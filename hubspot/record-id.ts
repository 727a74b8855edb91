/** An id that HubSpot could have given; anything else is answered without asking. */
export const isRecordId = (id: string): boolean => /^\d{1,20}$/.test(id);
