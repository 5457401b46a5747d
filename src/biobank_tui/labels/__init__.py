"""Codes and printers: what a label shows, on which stock, and how it reaches paper or a terminal.

stock      the sheets and rolls that labels are printed on
layout     which fields a label shows, as TOML
qr         the one QR encoder
plan       where the QR code and the text go inside one label
sheet      labels as a vector PDF
png        one label as a picture
zpl        labels for thermal printers
terminal   labels as characters
"""
