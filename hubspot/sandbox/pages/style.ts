/** The one stylesheet of the sandbox's pages. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f9, #14171c); --panel: light-dark(#fff, #1d2128); --line: light-dark(#dfe3e8, #323842);
  --ink: light-dark(#1c2430, #e7eaef); --quiet: light-dark(#5b6675, #9aa4b2); --accent: light-dark(#0b6b5d, #5fd0bb);
  --on-accent: light-dark(#fff, #08211c); --wash: light-dark(#e5f2ef, #1b322e); --bad: light-dark(#a8241f, #ff9d94);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
header { background: var(--panel); border-bottom: 1px solid var(--line); }
.bar { display: flex; flex-wrap: wrap; gap: 4px 24px; align-items: center; max-width: 1240px; margin: 0 auto; padding: 10px 20px; }
.brand { font-weight: 650; color: var(--ink); text-decoration: none; }
.tag { background: var(--wash); color: var(--accent); border-radius: 4px; padding: 1px 7px; font-size: 12px; font-weight: 600; margin-left: 6px; }
nav { display: flex; flex-wrap: wrap; gap: 4px; flex: 1; }
nav a { padding: 5px 11px; border-radius: 6px; text-decoration: none; color: var(--quiet); }
nav a:hover { background: var(--wash); }
nav a[aria-current] { color: var(--accent); background: var(--wash); font-weight: 600; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 20px 64px; }
main.narrow { max-width: 560px; }
body:has(.board) :is(.bar, main) { max-width: none; }
h1 { font-size: 22px; line-height: 1.3; margin: 0 0 4px; }
h2 { font-size: 16px; margin: 28px 0 10px; }
p.note { color: var(--quiet); margin: 0 0 16px; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 16px; }
.scroll { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 8px 12px; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > td { border-bottom: 0; }
th { font-size: 12px; color: var(--quiet); font-weight: 600; white-space: nowrap; }
td.tight { white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.break { overflow-wrap: anywhere; min-width: 180px; }
code, .mono { font: 13px/1.5 ui-monospace, monospace; }
.panel > :last-child { margin-bottom: 0; }
.quiet { color: var(--quiet); }
.bad { color: var(--bad); font-weight: 600; }
.good { color: var(--accent); }
form.row, .row { display: flex; flex-wrap: wrap; gap: 8px; align-items: end; }
.split { display: flex; flex-wrap: wrap; gap: 8px 16px; justify-content: space-between; align-items: end; margin-bottom: 16px; }
label { display: grid; gap: 3px; font-size: 13px; color: var(--quiet); }
label.inline { display: flex; gap: 8px; align-items: center; color: var(--ink); font-size: 15px; padding: 6px 0; }
input, select, button { font: 14px/1.5 system-ui, sans-serif; min-height: 36px; color: var(--ink); background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 6px 10px; max-width: 100%; }
input:is([type=radio], [type=checkbox]) { accent-color: var(--accent); }
form.after { margin-top: 10px; }
.count { white-space: nowrap; margin-right: 10px; }
button { cursor: pointer; }
button:hover { border-color: var(--accent); }
button.main { background: var(--accent); color: var(--on-accent); border-color: var(--accent); font-weight: 600; }
input:is([type=radio], [type=checkbox]) { min-height: 0; }
button.small, select.small { font-size: 13px; min-height: 0; padding: 3px 7px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 12px; }
.grid label > * { width: 100%; }
.grid label.wide { grid-column: 1 / -1; }
.columns h2:first-child { margin-top: 0; }
.columns { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 20px; align-items: start; }
.board { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(164px, 1fr); gap: 12px; overflow-x: auto; padding-bottom: 8px; }
.stage { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 10px; }
.stage h3 { font-size: 13px; margin: 0 0 8px; display: flex; justify-content: space-between; gap: 8px; }
.card { border: 1px solid var(--line); border-radius: 6px; padding: 9px 10px; margin-top: 8px; background: var(--ground); }
.card strong { font-size: 14px; line-height: 1.35; }
.card p { margin: 2px 0 8px; font-size: 13px; }
.card form { display: flex; gap: 6px; }
.card select { flex: 1; min-width: 0; padding: 3px 2px; }
details > summary { cursor: pointer; color: var(--accent); }
details[open] > summary { margin-bottom: 12px; }
ul.scopes { margin: 8px 0 16px; padding-left: 20px; }
pre { margin: 8px 0 0; padding: 10px; background: var(--ground); border-radius: 6px; overflow-x: auto; font-size: 12px; }
.figures { display: flex; flex-wrap: wrap; gap: 12px 32px; margin: 0 0 8px; }
.figures dt { font-size: 12px; color: var(--quiet); }
.figures dd { margin: 0; font-size: 18px; font-weight: 600; overflow-wrap: anywhere; }
@media (max-width: 760px) {
  .columns { grid-template-columns: minmax(0, 1fr); }
  nav { order: 1; flex-basis: 100%; }
  nav a { padding: 5px 8px; }
  .board { grid-auto-columns: 62vw; }
}
`;
