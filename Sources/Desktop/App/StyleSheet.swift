/// What the widgets look like beyond libadwaita's own style. Colours are libadwaita's names, so that light, dark and high
/// contrast follow the system.
enum StyleSheet {
    static let text = """
        .mado-header { padding: 0 2px; min-height: 46px; }
        .mado-own { padding: 3px 0; }
        .mado-own > button { padding: 3px 6px 3px 4px; border-radius: 10px; }
        .mado-own-name { font-weight: bold; }
        .mado-small { font-size: 0.86em; }
        .mado-dim { opacity: 0.66; }
        .mado-connection > button { padding: 2px 5px; }
        /* Higher than its line: GTK 4.8 measures the row a pixel lower without a width, and revealers complain of it. */
        .mado-trouble { background: alpha(@warning_bg_color, 0.22); padding: 4px 6px 4px 12px; min-height: 1.4em; }
        .mado-trouble.error { background: alpha(@error_bg_color, 0.20); }

        .mado-dot { min-width: 9px; min-height: 9px; border-radius: 99px; border: 2px solid @window_bg_color;
            background: alpha(@window_fg_color, 0.0); }
        .mado-dot.ready { background: #2ec27e; }
        .mado-dot.away { background: #e5a50a; }
        .mado-dot.busy { background: #e01b24; border-radius: 3px; }
        .mado-dot.offline { background: @window_bg_color; box-shadow: inset 0 0 0 2px alpha(@window_fg_color, 0.38); }

        .mado-list { background: transparent; }
        .mado-list > row { border-radius: 10px; margin: 1px 6px; padding: 0; }
        .mado-list > row.selected-row { background: alpha(@accent_bg_color, 0.16); }
        .mado-row { padding: 7px 8px; }
        .mado-section { font-size: 0.82em; font-weight: bold; opacity: 0.6; margin: 10px 16px 3px 16px; }
        .mado-title { font-weight: 600; }
        .mado-unread-title { font-weight: 800; }
        .mado-pill { background: @accent_bg_color; color: @accent_fg_color; border-radius: 99px; font-size: 0.78em;
            font-weight: bold; padding: 1px 7px; min-width: 8px; }
        .mado-pill.quiet { background: alpha(@window_fg_color, 0.16); color: @window_fg_color; }
        .mado-card { background: @card_bg_color; border-radius: 12px; padding: 10px; margin: 6px 10px;
            box-shadow: 0 0 0 1px alpha(@window_fg_color, 0.07), 0 1px 3px alpha(black, 0.08); }
        .mado-card.asks { background: alpha(@accent_bg_color, 0.12); }

        .mado-pane { background: @window_bg_color; }
        .mado-talk { background: @view_bg_color; }
        .mado-talk listview { background: transparent; padding: 6px 0; }
        .mado-talk listview > row { padding: 0; background: transparent; }
        .mado-talk listview > row:focus-visible { outline-offset: -3px; border-radius: 10px; }
        .mado-conversation-header { padding: 4px 6px; border-bottom: 1px solid alpha(@window_fg_color, 0.09);
            background: @window_bg_color; min-height: 38px; }

        .mado-bubble { background: alpha(@window_fg_color, 0.075); border-radius: 15px; padding: 7px 12px; }
        .mado-bubble.own { background: alpha(@accent_bg_color, 0.24); }
        .mado-bubble.picture { padding: 3px; background: alpha(@window_fg_color, 0.06); }
        .mado-bubble.own.picture { background: alpha(@accent_bg_color, 0.24); }
        .mado-bubble.first { border-top-left-radius: 5px; }
        .mado-bubble.own.first { border-top-left-radius: 15px; border-top-right-radius: 5px; }
        .mado-bubble.mentioned { box-shadow: inset 3px 0 0 @accent_bg_color; }
        .mado-bubble.failed { box-shadow: inset 0 0 0 1px @error_bg_color; }
        .mado-bubble.waiting { opacity: 0.72; }
        .mado-bubble.large { background: transparent; padding: 0 2px; font-size: 2.4em; }
        .mado-bubble.large .mado-meta { font-size: 0.31em; }
        .mado-picture { border-radius: 12px; }
        .mado-play { background: alpha(black, 0.55); color: white; border-radius: 99px; padding: 10px; }
        .mado-sender { font-weight: 700; font-size: 0.88em; }
        .mado-meta { font-size: 0.76em; opacity: 0.6; }
        .mado-event { font-size: 0.84em; opacity: 0.66; padding: 4px 24px; }
        .mado-day { font-size: 0.8em; font-weight: bold; opacity: 0.62; padding: 10px 0 6px 0; }
        .mado-new { color: @accent_color; font-size: 0.8em; font-weight: bold; }
        .mado-new-line { background: @accent_bg_color; min-height: 1px; }
        .mado-quote { border-left: 3px solid alpha(@accent_bg_color, 0.75); padding: 1px 0 1px 8px; font-size: 0.92em;
            border-radius: 0; }
        .mado-code { font-family: monospace; font-size: 0.92em; background: alpha(@window_fg_color, 0.07);
            border-radius: 8px; padding: 7px 9px; }
        .mado-reaction { padding: 0 8px; min-height: 22px; border-radius: 99px; font-size: 0.86em;
            background: alpha(@window_fg_color, 0.08); }
        .mado-reaction.mine { background: alpha(@accent_bg_color, 0.30); box-shadow: inset 0 0 0 1px @accent_bg_color; }
        .mado-thread { font-size: 0.86em; padding: 1px 8px; min-height: 22px; }
        .mado-tools { background: @card_bg_color; border-radius: 8px; box-shadow: 0 1px 3px alpha(black, 0.25); }
        .mado-tool { min-width: 26px; min-height: 26px; padding: 0; }
        .mado-file { padding: 2px; font-weight: normal; }

        .mado-composer { padding: 6px; border-top: 1px solid alpha(@window_fg_color, 0.09); background: @window_bg_color; }
        .mado-entry { background: @view_bg_color; border-radius: 16px;
            box-shadow: inset 0 0 0 1px alpha(@window_fg_color, 0.15); }
        .mado-entry:focus-within { box-shadow: inset 0 0 0 2px @accent_bg_color; }
        .mado-entry textview, .mado-entry textview > text { background: transparent; }
        .mado-round { border-radius: 99px; min-width: 34px; min-height: 34px; padding: 0; }
        .mado-strip { padding: 4px 6px 6px 10px; }
        .mado-jump { border-radius: 99px; padding: 4px 12px; margin: 10px; background: @card_bg_color;
            box-shadow: 0 1px 5px alpha(black, 0.28); }
        .mado-drop { background: alpha(@accent_bg_color, 0.30); border-radius: 12px; margin: 10px;
            font-weight: bold; }
        .mado-recording { color: @error_color; }
        .mado-stage { background: black; color: white; }
        .mado-stage-bar { background: linear-gradient(to top, alpha(black, 0.72), alpha(black, 0.0)); color: white;
            padding: 14px 8px 4px 8px; }
        .mado-stage-bar button { color: white; }
        .mado-stage-title { font-size: 0.86em; }
        .mado-stage-message { font-size: 1.05em; }
        .mado-stage.paper { background: @view_bg_color; color: @view_fg_color; }
        .mado-stage.paper .mado-stage-bar { background: @window_bg_color; padding: 2px 6px; color: @view_fg_color; }
        .mado-stage.paper .mado-stage-bar button { color: @view_fg_color; }
        .mado-subtitle { background: alpha(black, 0.66); color: white; border-radius: 6px; padding: 2px 10px; }

        .mado-card.rings { box-shadow: inset 4px 0 0 @success_bg_color, 0 0 0 1px alpha(@window_fg_color, 0.07);
            margin: 8px; }
        .mado-accept { background: #1c8148; color: white; }
        .mado-call { background: #1d1d20; color: white; }
        .mado-call-tile { background: #2a2a2e; }
        .mado-call-tile.speaks { box-shadow: inset 0 0 0 2px @success_bg_color; }
        .mado-call-tile image { color: white; }
        .mado-call-person { color: white; font-weight: bold; }
        .mado-call-words { color: alpha(white, 0.78); }
        .mado-call-label { background: alpha(black, 0.55); border-radius: 7px; padding: 1px 8px; }
        .mado-call-name { font-size: 0.84em; }
        .mado-call-own { border-radius: 9px; box-shadow: 0 0 0 1px alpha(white, 0.35), 0 2px 6px alpha(black, 0.5); }
        .mado-call-own picture { border-radius: 9px; }
        .mado-call-heading { background: alpha(black, 0.55); border-radius: 99px; padding: 2px 10px; }
        .mado-call-heading.weak { background: @warning_bg_color; color: @warning_fg_color; }
        .mado-call-status { font-size: 0.84em; }
        .mado-call-bar { padding: 6px; }
        .mado-call-button, .mado-call-button > button { border-radius: 99px; min-width: 36px; min-height: 36px; padding: 0;
            background: alpha(white, 0.13); color: white; }
        menubutton.mado-call-button { background: transparent; }
        .mado-call-button:checked, .mado-call-button > button:checked { background: white; color: #1d1d20; }
        .mado-call-button.hang-up { background: #e01b24; min-width: 52px; }

        .mado-functions { padding: 3px 6px; border-bottom: 1px solid alpha(@window_fg_color, 0.09); }
        .mado-function { padding: 4px 5px 3px 5px; min-width: 34px; border-radius: 9px; }
        .mado-function.current { background: alpha(@accent_bg_color, 0.18); color: @accent_color; }
        .mado-function-name { font-size: 0.74em; font-weight: 500; }
        .mado-ticker { border-bottom: 1px solid alpha(@window_fg_color, 0.09); background: alpha(@window_fg_color, 0.035);
            min-height: 32px; }
        .mado-ticker-item { border-radius: 0; padding: 2px 14px; font-weight: normal; min-height: 26px;
            border-right: 1px solid alpha(@window_fg_color, 0.10); }
        .mado-ticker-item .urgent { color: @error_color; font-weight: bold; }
        .mado-ticker-item .high { color: @accent_color; font-weight: 600; }
        .mado-ticker-pause { border-radius: 0; min-width: 26px; padding: 0 4px; opacity: 0.7; }
        .mado-card-title { font-weight: 700; font-size: 1.08em; }
        .mado-card.urgent { box-shadow: inset 4px 0 0 @error_bg_color, 0 0 0 1px alpha(@window_fg_color, 0.07); }
        .mado-pill.live { background: #e01b24; color: white; margin: 0 6px; }
        .mado-pill.important { background: @warning_bg_color; color: @warning_fg_color; }
        .mado-pill.urgent { background: @error_bg_color; color: @error_fg_color; }
        .mado-board { padding: 5px 6px 5px 12px; border-top: 1px solid alpha(@window_fg_color, 0.10);
            background: alpha(@window_fg_color, 0.05); min-height: 30px; }
        .mado-board.important { background: alpha(@warning_bg_color, 0.30); }
        .mado-board.urgent { background: @error_bg_color; color: @error_fg_color; }
        .mado-board.urgent button { color: @error_fg_color; }
        .mado-field-name { font-weight: 600; }
        .mado-drop-place { border-radius: 10px; padding: 6px; box-shadow: inset 0 0 0 1px alpha(@window_fg_color, 0.12); }
        .mado-drop-place.hovered { background: alpha(@accent_bg_color, 0.20); box-shadow: inset 0 0 0 2px @accent_bg_color; }
        .mado-ask-bar { padding: 8px; border-top: 1px solid alpha(@window_fg_color, 0.09); background: @window_bg_color; }
        """
}
