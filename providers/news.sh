#!/bin/sh
# News from a text file, one a line: HEADLINE, or HEADLINE|TEXT, or HEADLINE|TEXT|LINK. file=PATH in the query says
# which (percent-encoding is not looked at); without one, a few that fit everywhere, one every four hours.
file=$(printf %s "$QUERY_STRING" | tr '&' '\n' | sed -n 's/^file=//p')
now=${MADO_NOW:-$(date +%s)}
lines() {
    if [ -n "$file" ]; then cat "$file"; return; fi
    cat <<'NEWS'
The new meeting room on the third floor is open|It is called Window and has none. Book it in the calendar.
Trains between Osaka and Kobe run every ten minutes again|The works on the line ended a day early.
The canteen has a new menu|Ramen on Mondays, gazpacho on Wednesdays, stew on Fridays.
Blood donation in the entrance hall on Thursday|From ten to three. No appointment is needed.
Madrid office: the lift works again|It took three weeks, two engineers and one screw.
Bicycles may stand in the inner court|Until the new stands in front of the house are ready.
NEWS
}
printf 'Content-Type: application/json\r\n\r\n'
lines | awk -F'|' -v now="$now" -v all="$file" '
function quote(text) {
    gsub(/\\/, "\\\\", text); gsub(/"/, "\\\"", text); gsub(/[\001-\037]/, " ", text)
    return "\"" text "\""
}
$1 != "" { line[++count] = $0 }
END {
    turn = int(now / 14400)
    printf "{\"items\":["
    for (i = 1; i <= count; i++) {
        if (all == "" && i != turn % count + 1) continue
        split(line[i], part, "|")
        printf "%s{\"id\":%s,\"headline\":%s", comma, quote(all == "" ? part[1] " " turn : part[1]), quote(part[1])
        if (part[2] != "") printf ",\"text\":%s", quote(part[2])
        if (part[3] != "") printf ",\"link\":%s", quote(part[3])
        printf "}"
        comma = ","
        delete part
    }
    printf "]}\n"
}'
