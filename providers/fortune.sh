#!/bin/sh
# The fortune of the day: the same all day, another one tomorrow.
day=$(date -u -d "@${MADO_NOW:-$(date +%s)}" +%Y-%m-%d)
number=$(date -u -d "$day" +%j | sed 's/^0*//')
printf 'Content-Type: text/plain; charset=utf-8\r\nMado-Item-Id: %s\r\nMado-Priority: low\r\n\r\n' "$day"
sed -n "$((number % 8 + 1))p" <<'FORTUNES'
A window that is open lets in what you did not expect.
Somebody waits for your answer. It takes half a minute.
Great luck: the printer works today.
Small luck: the second cup of coffee is the better one.
What is written down need not be remembered.
Ask the person who sits furthest from you.
The train that you miss was the full one.
Today is a good day to clear one shelf.
FORTUNES
