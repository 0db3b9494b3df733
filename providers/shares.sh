#!/bin/sh
# Share prices, made up from the time so that they move: for demonstrations, and as an example of series.
# history=HOURS in the query gives the values of the past, one a minute, for charts.
hours=$(printf %s "$QUERY_STRING" | tr '&' '\n' | sed -n 's/^history=//p' | tr -cd '0-9')
printf 'Content-Type: application/json\r\n\r\n'
awk -v now="${MADO_NOW:-$(date +%s)}" -v hours="${hours:-0}" '
function price(base, at, k) {
    return base * (1 + 0.012 * sin(at / 5400 + k) + 0.006 * sin(at / 610 + 2 * k) + 0.0015 * sin(at / 23 + 3 * k) \
        + 0.0008 * sin(at / 5.3 + k))
}
function item(name, label, unit, base, form, k,    value, before, change, at, sign) {
    value = price(base, now, k)
    before = price(base, now - 86400, k)
    change = (value - before) / before * 100
    sign = change < 0 ? "" : "+"
    printf "%s{\"id\":\"%s\",\"headline\":\"%s " form " (%s%.1f %%)\",\"priority\":\"low\",", comma, name, label, value, sign, change
    printf "\"series\":{\"name\":\"%s\",\"label\":\"%s\",\"value\":\"" form "\",\"unit\":\"%s\",\"ts\":%d000", name, label, value, unit, now
    if (hours > 0) {
        printf ",\"history\":["
        for (at = now - hours * 3600 - now % 60; at < now - 60; at += 60)
            printf "%s[%d000,\"" form "\"]", (at == now - hours * 3600 - now % 60 ? "" : ","), at, price(base, at, k)
        printf "]"
    }
    printf "}}"
    comma = ","
}
BEGIN {
    printf "{\"items\":["
    item("N225", "Nikkei 225", "JPY", 41200, "%.1f", 0.3)
    item("IBEX", "IBEX 35", "EUR", 11840, "%.1f", 1.7)
    item("MADO", "Mado", "JPY", 1864, "%.0f", 2.9)
    printf "]}\n"
}'
