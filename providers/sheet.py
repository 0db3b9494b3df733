#!/usr/bin/env python3
"""Rows of a spreadsheet (CSV) as items.

Query: file=PATH, percent-encoded. The first row names the columns. With a column "headline": id, headline, text, link,
priority. Otherwise figures: name, value, and perhaps unit and label.
"""
import csv
import json
import os
import sys
import urllib.parse

query = urllib.parse.parse_qs(os.environ.get("QUERY_STRING", ""))
if "file" not in query:
    sys.exit("sheet.py needs file= in its query")
items = []
with open(query["file"][0], encoding="utf-8-sig", newline="") as file:
    for row in csv.DictReader(file):
        row = {key.strip().lower(): value.strip() for key, value in row.items() if key and value and value.strip()}
        if row.get("headline"):
            item = {key: row[key] for key in ("headline", "text", "link", "priority") if key in row}
            items.append({"id": row.get("id", row["headline"])[:200], **item})
        elif row.get("name") and row.get("value"):
            label = row.get("label", row["name"])
            unit = row.get("unit", "")
            series = {"name": row["name"], "label": label, "value": row["value"]}
            if unit:
                series["unit"] = unit
            items.append({"id": row["name"], "headline": f"{label} {row['value']} {unit}".strip(), "series": series})
print("Content-Type: application/json\n")
print(json.dumps({"items": items[:500]}))
