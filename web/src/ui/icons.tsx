// The few drawings the page needs; decoration only, the words beside them carry the meaning.
const PATHS = {
  download: "M12 4v11m0 0l-4-4m4 4l4-4M5 19h14",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9",
  chart: "M4 19h16M6 15l4-5 4 3 5-7",
  external: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
  plus: "M12 5v14M5 12h14",
  up: "M12 6v12M7 11l5-5 5 5",
  down: "M12 6v12M7 13l5 5 5-5",
  film: "M6 5h12v14H6zM10 9.5l5 2.5-5 2.5z",
  bell: "M6 17h12l-1.5-2.5V10a4.5 4.5 0 0 0-9 0v4.5zM10.5 20h3",
  calendar: "M5 6h14v13H5zM5 10h14M9 4v3M15 4v3",
} as const;

export function Icon({ name, size = 16 }: { name: keyof typeof PATHS; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" aria-hidden="true">
      <path d={PATHS[name]} strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
