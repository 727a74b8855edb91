/** One accent, quiet neutrals, room to breathe: the same colours as the public pages (`vouchflow.css` of the API). */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const iris: MantineColorsTuple = [
  '#eef2ff',
  '#dfe6fd',
  '#bccafa',
  '#8fa8ff',
  '#7590f2',
  '#4a67e0',
  '#2f52d6',
  '#2847bd',
  '#203a9e',
  '#182d7d',
];

const ink: MantineColorsTuple = [
  '#e9ecf3',
  '#c6ccd8',
  '#a4adc0',
  '#75809b',
  '#3a4459',
  '#2d3547',
  '#242b3a',
  '#1b202b',
  '#12151c',
  '#0c0e13',
];

/** Dark enough for white words on it. */
const red: MantineColorsTuple = [
  '#fdecea',
  '#f9d2ce',
  '#f2a9a3',
  '#ea7d74',
  '#e2574c',
  '#cf3a2f',
  '#b3261e',
  '#991f18',
  '#7f1912',
  '#65130e',
];

export const theme = createTheme({
  primaryColor: 'iris',
  primaryShade: { light: 6, dark: 5 },
  colors: { iris, red, dark: ink },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  headings: { fontWeight: '640', sizes: { h1: { fontSize: '1.625rem', lineHeight: '1.25' } } },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Paper: { defaultProps: { radius: 'lg', withBorder: true, p: 'lg' } },
    Modal: { defaultProps: { radius: 'lg', centered: true, closeButtonProps: { 'aria-label': 'Close' } } },
    Notification: {
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
      styles: { description: { color: 'var(--mantine-color-dimmed)' } },
    },
    Table: { defaultProps: { verticalSpacing: 'sm', horizontalSpacing: 'md' } },
    Accordion: { styles: { label: { fontWeight: 600 } } },
    Skeleton: { defaultProps: { radius: 'sm' } },
    Select: { defaultProps: { comboboxProps: { shadow: 'md' }, nothingFoundMessage: 'Nothing found' } },
    Badge: { defaultProps: { variant: 'default', radius: 'sm', tt: 'none', fw: 500 } },
    Button: { styles: { root: { fontWeight: 560 } } },
    Anchor: { defaultProps: { underline: 'always' } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--vf-page': '#f5f6f9',
    '--mantine-color-text': '#1c2230',
    '--mantine-color-default-color': '#1c2230',
    '--mantine-color-dimmed': '#5a6376',
    '--mantine-color-placeholder': '#6b7488',
    '--mantine-color-default-border': '#dde1e9',
    '--mantine-color-error': '#b3261e',
  },
  dark: {
    '--vf-page': '#12151c',
    '--mantine-color-body': '#1b202b',
    '--mantine-color-text': '#e9ecf3',
    '--mantine-color-dimmed': '#a4adc0',
    '--mantine-color-placeholder': '#8c96ad',
    '--mantine-color-default-border': '#323b4e',
    '--mantine-color-error': '#ff9b93',
  },
});
