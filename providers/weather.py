#!/usr/bin/env python3
"""The weather from an address that answers in the format of MET Norway's Locationforecast ("compact").

Query: place=NAME, and url=ADDRESS or file=PATH, percent-encoded.
"""
import json
import os
import sys
import time
import urllib.parse
import urllib.request

query = urllib.parse.parse_qs(os.environ.get("QUERY_STRING", ""))
place = query.get("place", ["Here"])[0]
if "file" in query:
    with open(query["file"][0], encoding="utf-8") as file:
        forecast = json.load(file)
elif "url" in query:
    request = urllib.request.Request(query["url"][0], headers={"User-Agent": os.environ["SERVER_SOFTWARE"]})
    with urllib.request.urlopen(request, timeout=20) as answer:
        forecast = json.load(answer)
else:
    sys.exit("weather.py needs url= or file= in its query")

hours = forecast["properties"]["timeseries"]
now = hours[0]["data"]
details = now["instant"]["details"]
degrees = details["air_temperature"]
sky = now.get("next_1_hours", now.get("next_6_hours", {})).get("summary", {}).get("symbol_code", "")
sky = sky.split("_")[0]
lines = []
for hour in hours[1:24:3]:
    at = hour["data"]["instant"]["details"]["air_temperature"]
    lines.append(f"{hour['time'][11:16]} UTC: {at:.0f}°")
item = {
    "id": place,
    "headline": f"{place} {degrees:.0f}°" + (f", {sky}" if sky else ""),
    "text": "\n".join(lines),
    "expires_ts": (int(time.time()) // 21600 + 2) * 21600 * 1000,
    "series": {"name": "temperature", "label": place, "value": f"{degrees:.1f}", "unit": "°C"},
}
print("Content-Type: application/json\n")
print(json.dumps({"items": [item]}))
