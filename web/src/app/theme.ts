import { type CSSVariablesResolver, createTheme } from "@mantine/core";

/** One accent colour; everything else is a grey. tokens.css holds the console's own variables. */
export const theme = createTheme({
  primaryColor: "iris",
  primaryShade: 7,
  colors: {
    iris: [
      "#eff3ff",
      "#dfe7fd",
      "#c0cffa",
      "#9fb5f5",
      "#829ef0",
      "#6d8dec",
      "#5577e0",
      "#3f63cf",
      "#3453b4",
      "#2a4493",
    ],
    dark: [
      "#e3e8ef",
      "#b9c2ce",
      "#8f9aaa",
      "#66717f",
      "#36414d",
      "#28313c",
      "#1a2129",
      "#141a21",
      "#10151b",
      "#0e1217",
    ],
  },
  fontFamily: "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
});

export const themeVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#f7f8fa",
    "--mantine-color-text": "#1b2230",
    "--mantine-color-dimmed": "#626c7d",
    "--mantine-color-default-border": "#dfe3e9",
    "--mantine-color-anchor": "#3453b4",
    "--mantine-color-error": "#c2412d",
  },
  dark: {
    "--mantine-color-body": "#0e1217",
    "--mantine-color-text": "#e3e8ef",
    "--mantine-color-dimmed": "#8f9aaa",
    "--mantine-color-default": "#151b22",
    "--mantine-color-default-hover": "#1b232c",
    "--mantine-color-default-border": "#28313c",
    "--mantine-color-anchor": "#9fb5f5",
    "--mantine-color-error": "#ef7f6b",
  },
});
