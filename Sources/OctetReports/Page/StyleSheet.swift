/// How pages and pictures look. Colours are variables, so that light and dark differ in one place.
///
/// Series differ in lightness and shape as well as in hue: blue and orange stay apart for every kind of colour
/// blindness.
enum StyleSheet {
  /// Colours of both appearances, for the element that the pictures lie in.
  static let colors: StaticString = """
    :root{color-scheme:light dark;--paper:#fff;--card:#f5f6f8;--ink:#16191d;--muted:#565e69;--line:#d5d9df;\
    --s1:#0058a8;--s2:#b85000;--s3:#097c63;--s4:#883b7a;--on:#fff;--good:#097c63;--bad:#b3261e}\
    @media(prefers-color-scheme:dark){:root{--paper:#121518;--card:#1b1f24;--ink:#e9ecef;--muted:#a3acb7;\
    --line:#3a4149;--s1:#5bb6f9;--s2:#f2a24f;--s3:#54dfb5;--s4:#d68ec0;--on:#0c0e10;--good:#54dfb5;--bad:#fc887d}}\
    @media print{:root{color-scheme:light;--paper:#fff;--card:#f5f6f8;--ink:#000;--muted:#444;--line:#bbb;--s1:#0058a8;\
    --s2:#b85000;--s3:#097c63;--s4:#883b7a;--on:#fff;--good:#097c63;--bad:#b3261e}}
    """

  /// The classes that drawings use.
  static let drawings: StaticString = """
    svg text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-size:11px;\
    fill:var(--ink);font-variant-numeric:tabular-nums}\
    svg .m{fill:var(--muted)}svg .b{font-weight:600}svg .sm{font-size:9px}svg .xs{font-size:7.5px}\
    svg .on{fill:var(--on)}\
    svg .g{stroke:var(--line);stroke-width:1;fill:none}svg .ax{stroke:var(--muted);stroke-width:1;fill:none}\
    svg .dim{stroke:var(--muted);stroke-width:1;fill:none;stroke-dasharray:2 3}\
    svg .l1,svg .l2,svg .l3,svg .l4{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}\
    svg .l1{stroke:var(--s1)}svg .l2{stroke:var(--s2);stroke-dasharray:5 4}svg .l3{stroke:var(--s3)}\
    svg .l4{stroke:var(--s4);stroke-dasharray:1 4}\
    svg .f1{fill:var(--s1)}svg .f2{fill:var(--s2)}svg .f3{fill:var(--s3)}svg .f4{fill:var(--s4)}\
    svg .card{fill:var(--card);stroke:var(--line)}svg .paper{fill:var(--paper)}\
    svg .cut{stroke:var(--paper);stroke-width:1}\
    svg .gap{stroke:var(--paper);stroke-width:.5}svg .bad{fill:var(--bad)}svg .end{text-anchor:end}\
    svg .mid{text-anchor:middle}svg image,svg use{image-rendering:pixelated}
    """

  /// What surrounds the drawings on a page.
  static let page: StaticString = """
    *{box-sizing:border-box}html{-webkit-text-size-adjust:100%;text-size-adjust:100%}\
    body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
    "Noto Sans","DejaVu Sans",sans-serif}\
    main,header,footer{max-width:100rem;margin:0 auto;padding:0 1rem}\
    section{display:flex;flex-wrap:wrap;align-items:flex-start;column-gap:2.5rem}section>*{flex:0 0 100%;min-width:0}\
    section>.figures{flex:1 1 34rem}section>.figures:has(>figure:only-child){flex:0 1 34rem}\
    section>p,section>ul.notes{max-width:none;padding-right:max(0rem,100% - 44rem)}\
    section>.table,section>.gallery{flex:0 1 auto;max-width:100%}\
    section>.gallery.few{max-width:34rem}header{padding-top:1.5rem}\
    h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}\
    h2{font-size:1.25rem;margin:2.5rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line)}\
    h3{font-size:1rem;margin:1.5rem 0 .5rem}p{margin:.5rem 0;max-width:44rem;overflow-wrap:anywhere}\
    .muted,footer,figcaption,dt{color:var(--muted)}a{color:var(--s1)}\
    nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;margin:.75rem 0 0}\
    dl.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,9.5rem),1fr));gap:.5rem;margin:1rem 0}\
    dl.facts>div{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:.5rem .75rem}\
    dt{font-size:.8125rem}dd{margin:0;font-size:1.125rem;font-weight:600;font-variant-numeric:tabular-nums;\
    overflow-wrap:anywhere}\
    .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:1.5rem;margin:1rem 0;\
    align-items:start}\
    figure{margin:0;min-width:0}figure.wide{grid-column:1/-1}figure.wide>svg{max-width:44rem}\
    figure>svg{display:block;width:100%;height:auto;max-width:34rem}figcaption{font-size:.875rem;max-width:44rem}\
    summary{cursor:pointer;color:var(--s1)}figure>h3{margin:0 0 .25rem}\
    .scroll{overflow-x:auto}\
    table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;margin:.5rem 0}\
    th,td{padding:.25rem .75rem .25rem 0;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}\
    th{color:var(--muted);font-weight:500}th.l,td.l{text-align:left}\
    td.w{white-space:normal;overflow-wrap:anywhere;min-width:10rem}\
    @media(max-width:30rem){th,td{padding-right:.5rem;font-size:.8125rem}td.w{min-width:5.5rem}}\
    ul.tiles{display:flex;flex-wrap:wrap;gap:.75rem;list-style:none;padding:0;margin:.75rem 0}\
    ul.tiles li{font-size:.8125rem;line-height:1.35;font-variant-numeric:tabular-nums;width:4.75rem;\
    overflow-wrap:anywhere}\
    ul.tiles svg{display:block;width:3.5rem;height:3.5rem;margin:0 0 .25rem}\
    ul.tiles a{color:inherit;text-decoration:none;display:block}ul.tiles a b{color:var(--s1);\
    text-decoration:underline}\
    ul.long li{width:8rem}ul.roomy li{width:9rem}ul.roomy svg{width:8rem;height:8rem}\
    ul.notes{padding-left:1.1rem;max-width:44rem}\
    ol.seen{list-style:none;padding:0;margin:1rem 0;display:grid;\
    grid-template-columns:repeat(auto-fill,minmax(min(100%,10.5rem),1fr));gap:1rem .75rem}\
    ol.seen li{font-size:.8125rem;line-height:1.35;overflow-wrap:anywhere;content-visibility:auto;\
    contain-intrinsic-size:auto 6.5rem;break-inside:avoid}\
    ol.seen svg{display:block;width:100%;height:auto}ol.seen b{font-size:1rem}\
    ol.seen span{color:var(--muted);display:block}\
    ol.seen em{color:var(--bad);font-style:normal;font-weight:600}\
    svg.sheets{position:absolute;width:0;height:0}footer{font-size:.8125rem;padding-bottom:2rem;margin-top:3rem}\
    @media print{body{font-size:10pt}ol.seen li{content-visibility:visible}h2{break-after:avoid}\
    figure,ul.tiles li{break-inside:avoid}nav{display:none}\
    .scroll{overflow:visible}th,td{white-space:normal;font-size:8pt;padding-right:.4rem}\
    *{print-color-adjust:exact;-webkit-print-color-adjust:exact}.figures{grid-template-columns:1fr 1fr}}
    """
}
