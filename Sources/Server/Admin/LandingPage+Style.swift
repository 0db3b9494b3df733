extension LandingPage {
    /// A window with its panes, and somebody ready behind one of them.
    static let logo = """
        <svg class="logo" viewBox="0 0 64 64" aria-hidden="true">
        <rect class="frame" x="4" y="4" width="56" height="56" rx="15"/>
        <rect class="pane" x="13" y="13" width="17" height="38" rx="5"/>
        <rect class="pane" x="34" y="13" width="17" height="17" rx="5"/>
        <rect class="pane" x="34" y="34" width="17" height="17" rx="5"/>
        <circle class="light" cx="42.5" cy="42.5" r="4.5"/>
        </svg>
        """

    /// The same for the browser's tab, percent-encoded where a URL needs it.
    static let iconForAttribute =
        "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'%3E"
        + "%3Crect x='4' y='4' width='56' height='56' rx='15' fill='%232d5bd7'/%3E"
        + "%3Cg fill='%23fff'%3E%3Crect x='13' y='13' width='17' height='38' rx='5'/%3E"
        + "%3Crect x='34' y='13' width='17' height='17' rx='5'/%3E%3Crect x='34' y='34' width='17' height='17' rx='5'/%3E%3C/g%3E"
        + "%3Ccircle cx='42.5' cy='42.5' r='4.5' fill='%231f9d61'/%3E%3C/svg%3E"

    static let style = """
        :root{--paper:#f4f6fb;--card:#fff;--ink:#171c2b;--soft:#566079;--line:#e1e6f0;--blue:#2d5bd7;--onblue:#fff;
        --wash:#eaf0fe;--green:#1f9d61;--shadow:0 1px 2px rgba(23,28,43,.05),0 12px 32px -12px rgba(23,28,43,.14)}
        @media (prefers-color-scheme:dark){:root{--paper:#0e121c;--card:#171d2b;--ink:#e9edf7;--soft:#9aa5bf;
        --line:#27304a;--blue:#8db0ff;--onblue:#0e1a3a;--wash:#1b2743;--green:#43c98a;--shadow:none}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;background:var(--paper);
        color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Cantarell,sans-serif;
        padding:clamp(1.25rem,5vw,4rem) clamp(1rem,4vw,2rem) 1.5rem}
        main{width:100%;max-width:42rem;flex:1}
        header{display:flex;align-items:center;gap:1.25rem;margin:0 0 2rem}
        h1{font-size:clamp(1.6rem,5.5vw,2.25rem);line-height:1.15;letter-spacing:-.02em;margin:0}
        h2{font-size:1.05rem;line-height:1.3;letter-spacing:-.005em;margin:0 0 .75rem}
        p{margin:0 0 .75rem}p:last-child{margin-bottom:0}
        a{color:var(--blue);text-underline-offset:.2em;text-decoration-thickness:.06em}
        a:hover{text-decoration-thickness:.12em}
        :focus-visible{outline:3px solid var(--blue);outline-offset:3px;border-radius:.3rem}
        .logo{width:clamp(3.5rem,13vw,4.75rem);flex:none}
        .frame{fill:var(--blue)}.pane{fill:var(--card)}.light{fill:var(--green)}
        .status{display:flex;align-items:center;gap:.55rem;margin:.4rem 0 0;color:var(--soft);overflow-wrap:anywhere}
        .dot{width:.65rem;height:.65rem;border-radius:50%;background:var(--green);flex:none;
        box-shadow:0 0 0 .22rem color-mix(in srgb,var(--green) 22%,transparent)}
        section{background:var(--card);border:1px solid var(--line);border-radius:1.1rem;box-shadow:var(--shadow);
        padding:clamp(1.15rem,4vw,1.75rem);margin:0 0 1.1rem}
        .address{background:var(--wash);border-color:transparent}
        .url{font:600 clamp(1.05rem,4.6vw,1.5rem)/1.35 ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono",
        monospace;color:var(--blue);overflow-wrap:anywhere;user-select:all;margin:0 0 .5rem}
        .note{color:var(--soft);font-size:.95rem;overflow-wrap:anywhere}
        .note b{color:var(--ink);font-weight:600}
        ol{list-style:none;counter-reset:step;margin:0;padding:0;display:grid;gap:1rem}
        li{counter-increment:step;position:relative;padding-left:2.75rem;min-height:1.9rem}
        li::before{content:counter(step);position:absolute;left:0;top:-.1rem;width:1.9rem;height:1.9rem;
        border-radius:50%;background:var(--wash);color:var(--blue);font-weight:650;font-size:.95rem;display:grid;
        place-items:center}
        .demo{border-top:1px solid var(--line);margin-top:1.25rem;padding-top:1rem}
        .button{display:inline-block;background:var(--blue);color:var(--onblue);text-decoration:none;font-weight:600;
        padding:.6rem 1.15rem;border-radius:.7rem}
        .button:hover{filter:brightness(1.07)}
        details{color:var(--soft);font-size:.95rem}
        summary{cursor:pointer}
        .fingerprint{font:.85rem/1.6 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere;
        margin:.6rem 0 0;color:var(--ink)}
        footer{width:100%;max-width:42rem;color:var(--soft);font-size:.9rem;padding:1rem .25rem 0}
        footer a{color:inherit}
        """
}
