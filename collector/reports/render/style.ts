import { createHash } from 'node:crypto';
import { ACCENT, RULE, SHADE, TEXT, TONES } from './ink.ts';

/** The page's own style, for a screen and for A4. Chrome 83: no `gap` in flex, no `:is`, no `inset`. */
export const STYLE = `
*{box-sizing:border-box}
html:lang(en){font-family:"Segoe UI","Noto Sans","DejaVu Sans",Arial,"Noto Sans SC","Microsoft YaHei",sans-serif}
html{font:14px/1.55 "Noto Sans SC","Source Han Sans SC","Microsoft YaHei","PingFang SC","WenQuanYi Micro Hei",sans-serif;color:${TEXT};background:#e9ecf0}
body{margin:0}
main{max-width:880px;margin:24px auto;background:#fff;padding:40px 48px 32px;box-shadow:0 1px 4px rgba(20,30,40,.18)}
h1{font-size:26px;line-height:1.3;margin:0 0 4px}
.subtitle{color:${TONES.muted};margin:0 0 20px;padding-bottom:14px;border-bottom:2px solid ${ACCENT}}
h2{font-size:18px;margin:30px 0 8px;padding-left:10px;border-left:4px solid ${ACCENT};line-height:1.3}
h3{font-size:15px;margin:20px 0 6px}
p{margin:6px 0}
.figures{display:flex;flex-wrap:wrap;margin:14px 0 6px}
.figure{flex:1 1 120px;margin:0 8px 8px 0;padding:10px 12px;background:${SHADE};border-radius:4px;min-width:120px}
.figure:last-child{margin-right:0}
.figure b{display:block;font-size:22px;line-height:1.25;font-weight:600}
.figure span{display:block;font-size:12.5px}
.figure small{display:block;color:${TONES.muted};font-size:11.5px}
dl.facts{margin:8px 0;display:grid;grid-template-columns:max-content 1fr}
dl.facts dt{color:${TONES.muted};padding:2px 18px 2px 0}
dl.facts dd{margin:0;padding:2px 0;overflow-wrap:anywhere}
.fixed{font-family:"Noto Sans Mono","Consolas","DejaVu Sans Mono",monospace;font-size:12px;word-break:break-all}
table{border-collapse:collapse;width:100%;table-layout:fixed;margin:6px 0 12px;font-size:13px}
caption{text-align:left;font-weight:600;padding:6px 0 4px}
th{text-align:left;background:${SHADE};font-weight:600;border-bottom:1.5px solid ${RULE}}
th,td{padding:5px 7px;vertical-align:top;overflow-wrap:anywhere;white-space:pre-line}
td{border-bottom:1px solid ${RULE}}
.right{text-align:right;font-variant-numeric:tabular-nums}
.none{color:${TONES.muted}}
.good{color:${TONES.good}}.bad{color:${TONES.bad}}.warn{color:${TONES.warn}}.muted{color:${TONES.muted}}
td.bad,td.good,td.warn,.figure .bad{font-weight:600}
figure{margin:12px 0 16px}
figcaption{font-weight:600;margin-bottom:4px}
svg.chart{display:block;width:100%;height:auto;font-family:inherit}
.rule{border-bottom:1px solid ${RULE};height:30px}
.seal{display:flex;justify-content:space-between;margin:32px 0 8px;break-inside:avoid}
.seal ol{list-style:none;margin:0;padding:0;flex:1;max-width:58%}
.seal li{border-bottom:1px solid ${TEXT};padding:22px 0 3px}
.stamp{width:150px;height:150px;border:1.5px dashed ${TONES.muted};color:${TONES.muted};text-align:center;padding-top:62px}
footer{margin-top:28px;padding-top:8px;border-top:1px solid ${RULE};color:${TONES.muted};font-size:11.5px}
.hint{max-width:880px;margin:16px auto 0;color:#4c5763;font-size:13px}
@page{size:A4;margin:16mm 15mm 16mm}
@media print{
html{font-size:10.5pt;background:none}
main{max-width:none;margin:0;padding:0;box-shadow:none}
.hint{display:none}
h2,h3,caption{break-after:avoid}
tr,.figure,figure,.seal{break-inside:avoid}
thead{display:table-header-group}
table{font-size:9pt}
.page{break-before:page}
*{-webkit-print-color-adjust:exact}
}
@media (max-width:640px){main{padding:20px 14px;margin:0}}
`;

/** For the page's Content-Security-Policy: this style and nothing else, no script at all. */
export const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
