// Colours and shapes of the page; charts take theirs from the same table, per colour scheme.
import { Alert, createTheme } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "cyan",
  primaryShade: 9,
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  components: {
    // The light variant's coloured titles are too faint to read on their own tint.
    Alert: Alert.extend({ styles: { title: { color: "var(--mantine-color-text)" } } }),
  },
  headings: { fontWeight: "650" },
});

export interface ChartColours {
  text: string;
  faint: string;
  grid: string;
  surface: string;
  border: string;
  missing: string;
  open: string;
  noted: string;
  /** Series, told apart by lightness too, so that they survive colour blindness and grey print. */
  series: Record<SeriesColour, string>;
}

export type SeriesColour = "main" | "gain" | "loss" | "first" | "second" | "third";

export const CHART_COLOURS: Record<"light" | "dark", ChartColours> = {
  light: {
    text: "#343a40",
    faint: "#5c636a",
    grid: "#e9ecef",
    surface: "#ffffff",
    border: "#dee2e6",
    missing: "#868e96",
    open: "#e8a200",
    noted: "#4c6ef5",
    series: { main: "#0b7285", gain: "#2f9e44", loss: "#c2410c", first: "#0b4f6c", second: "#1aa6b7", third: "#f2b134" },
  },
  dark: {
    text: "#dee2e6",
    faint: "#a6adb4",
    grid: "#373a40",
    surface: "#25262b",
    border: "#4a4d54",
    missing: "#adb5bd",
    open: "#ffc53d",
    noted: "#91a7ff",
    series: { main: "#3bc9db", gain: "#69db7c", loss: "#ff922b", first: "#4dabf7", second: "#63e6be", third: "#ffd43b" },
  },
};
