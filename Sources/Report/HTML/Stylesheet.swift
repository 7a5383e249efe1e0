/// The look of a report. System fonts, figures of equal width, colours that colour-blind readers tell apart (after Okabe and Ito,
/// darkened or lightened for contrast), dark where the reader's system is.
enum Stylesheet {
    static let text = """
        :root {
          --ground: #ffffff; --raised: #f7f8fa; --ink: #1a1d21; --soft: #5b636e; --faint: #d9dde3; --grid: #e8ebef;
          --accent: #0b63b0; --good: #0a7a4b; --good-ground: #eaf6f0; --bad: #b3261e; --bad-ground: #fcefee;
          --c0: #0b63b0; --c1: #d1610a; --c2: #008a64; --c3: #a83e8c; --c4: #b88a00; --c5: #3b9bd6; --c6: #7a4a2b; --c7: #5c6470;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #14171b; --raised: #1c2026; --ink: #e6e9ed; --soft: #9aa4b1; --faint: #333a44; --grid: #272d35;
            --accent: #6cb4f5; --good: #52c796; --good-ground: #15291f; --bad: #f28b82; --bad-ground: #321a19;
            --c0: #6cb4f5; --c1: #f29b55; --c2: #4fc7a1; --c3: #e08acb; --c4: #e6c34a; --c5: #a5d8ff; --c6: #c99a7b; --c7: #aab3bf;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto,
          "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
        }
        main { max-width: 1008px; margin: 0 auto; padding: 40px 24px 64px; }
        header { border-bottom: 1px solid var(--faint); padding-bottom: 18px; margin-bottom: 26px; }
        h1 { font-size: 28px; line-height: 1.2; letter-spacing: -0.01em; margin: 0; font-weight: 650; }
        h2 { font-size: 19px; line-height: 1.3; margin: 40px 0 12px; font-weight: 620; }
        p { margin: 0 0 12px; max-width: 72ch; white-space: pre-line; }
        .subtitle { color: var(--soft); margin: 8px 0 0; max-width: none; }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(168px, 1fr)); gap: 12px; margin: 0 0 20px; }
        .card { background: var(--raised); border: 1px solid var(--faint); border-radius: 8px; padding: 14px 16px; }
        .card-label { color: var(--soft); font-size: 13px; line-height: 1.35; }
        .card-value { font-size: 25px; line-height: 1.3; font-weight: 640; letter-spacing: -0.01em; margin-top: 3px; overflow-wrap: anywhere; }
        .card-detail { color: var(--soft); font-size: 13px; line-height: 1.4; margin-top: 2px; overflow-wrap: anywhere; }
        .card.good .card-value { color: var(--good); }
        .card.bad .card-value { color: var(--bad); }
        .scroll { overflow-x: auto; margin: 0 0 20px; }
        table { border-collapse: collapse; min-width: min(100%, 640px); font-size: 14px; line-height: 1.4; }
        .columns table, table.dense { width: 100%; min-width: 0; }
        table.dense { font-size: 13px; }
        caption { text-align: left; color: var(--soft); padding: 0 0 8px; }
        th { text-align: left; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--soft); padding: 6px 10px; vertical-align: bottom; }
        td { border-bottom: 1px solid var(--grid); padding: 7px 10px; vertical-align: top; overflow-wrap: anywhere; }
        table.dense th, table.dense td { padding-left: 7px; padding-right: 7px; }
        .number { text-align: right; white-space: nowrap; }
        .short { white-space: nowrap; }
        tr.highlight td { font-weight: 640; background: var(--raised); }
        figure { margin: 0 0 24px; min-width: 0; }
        figcaption { font-weight: 600; font-size: 14px; margin: 0 0 8px; }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 4px 24px; }
        .columns > div { min-width: 0; }
        .columns figure { margin-bottom: 16px; }
        pre {
          background: var(--raised); border: 1px solid var(--faint); border-radius: 8px; padding: 12px 14px; margin: 0 0 20px; overflow-x: auto;
          font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        }
        code { font: inherit; }
        .exactness { border: 1px solid; border-left-width: 4px; border-radius: 8px; padding: 14px 18px; margin: 0 0 20px; }
        .exactness.good { border-color: var(--good); background: var(--good-ground); }
        .exactness.bad { border-color: var(--bad); background: var(--bad-ground); }
        .exactness.good strong { color: var(--good); }
        .exactness.bad strong { color: var(--bad); }
        .exactness ul { margin: 8px 0 0; padding-left: 20px; font-size: 14px; }
        details { margin: 0 0 16px; }
        summary { cursor: pointer; color: var(--accent); margin-bottom: 10px; }
        svg { display: block; width: 100%; height: auto; overflow: visible; }
        svg text { font-size: 12px; fill: var(--soft); }
        svg .label { fill: var(--ink); }
        svg .value { fill: var(--ink); font-weight: 600; }
        .grid { stroke: var(--grid); stroke-width: 1; }
        .base { stroke: var(--soft); stroke-width: 1; }
        path { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        line.s0, line.s1, line.s2, line.s3, line.s4, line.s5, line.s6, line.s7 { stroke-width: 3; }
        .dashed { stroke-dasharray: 5 4; }
        .s0 { stroke: var(--c0); } .s1 { stroke: var(--c1); } .s2 { stroke: var(--c2); } .s3 { stroke: var(--c3); }
        .s4 { stroke: var(--c4); } .s5 { stroke: var(--c5); } .s6 { stroke: var(--c6); } .s7 { stroke: var(--c7); }
        .f0 { fill: var(--c0); } .f1 { fill: var(--c1); } .f2 { fill: var(--c2); } .f3 { fill: var(--c3); }
        .f4 { fill: var(--c4); } .f5 { fill: var(--c5); } .f6 { fill: var(--c6); } .f7 { fill: var(--c7); }
        .f-muted { fill: var(--soft); opacity: 0.45; }
        @media print { main { max-width: none; padding: 0; } section, figure, table, .cards { break-inside: avoid; } }
        """
}
