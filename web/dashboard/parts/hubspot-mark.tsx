/** HubSpot's sprocket in outline, so that the tile is found at a glance. */
export const HubSpotMark = () => (
  <span className="vf-hubspot" aria-hidden>
    <svg width="26" height="26" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2">
      <circle cx="14.5" cy="14.5" r="4.25" />
      <path d="M14.5 10.25V5.6M11 11.9 5.4 7.2M11.6 17.6l-2.3 2.3" />
      <circle cx="14.5" cy="3.9" r="1.5" fill="currentColor" />
      <circle cx="4.6" cy="6.4" r="1.5" fill="currentColor" />
      <circle cx="8.2" cy="20.8" r="1.2" fill="currentColor" />
    </svg>
  </span>
);
