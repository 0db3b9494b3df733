#!/bin/sh
# The weather of the hour, made up from the date: for demonstrations, and as an example of a provider in a few lines.
# place=NAME in the query names the place (weather.sh?place=Osaka). For real weather see weather.py.
place=$(printf %s "$QUERY_STRING" | tr '&' '\n' | sed -n 's/^place=//p' | tr '+' ' ' | tr -cd 'A-Za-z -')
now=${MADO_NOW:-$(date +%s)}
printf 'Content-Type: application/json\r\n\r\n'
awk -v now="$now" -v place="${place:-Osaka}" -v day="$(date -u -d "@$now" +%j)" -v hour="$(date -u -d "@$now" +%H)" '
BEGIN {
    pi = 3.14159265
    split("clear,sunny,a few clouds,cloudy,light rain,rain,windy", skies, ",")
    for (i = 1; i <= length(place); i++) seed += index("abcdefghijklmnopqrstuvwxyz", tolower(substr(place, i, 1))) * i
    # The same all day: it changes with the date, not with every run.
    sky = skies[(day * 7 + int(hour / 6) * 3 + seed) % 7 + 1]
    degrees = int(14 + 11 * sin((day - 105) / 365 * 2 * pi) + 4 * sin((hour - 9) / 24 * 2 * pi) + (day * 13 + seed) % 5)
    later = skies[(day * 5 + int(hour / 6) + seed + 2) % 7 + 1]
    printf "{\"items\":[{\"id\":\"%s\",\"headline\":\"%s %d\\u00b0, %s\",", place, place, degrees, sky
    printf "\"text\":\"Now %s at %d degrees. Later today: %s, up to %d degrees.\",", sky, degrees, later, degrees + 3
    printf "\"priority\":\"normal\",\"expires_ts\":%d000,", (int(now / 21600) + 2) * 21600
    printf "\"series\":{\"name\":\"%s\",\"label\":\"%s\",\"value\":\"%d\",\"unit\":\"\\u00b0C\",\"ts\":%d000}}]}\n", \
        (place ~ /^[A-Za-z-]+$/ ? place : "temperature"), place, degrees, now - now % 3600
}'
