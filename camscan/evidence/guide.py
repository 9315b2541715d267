"""The README.txt of every bundle: how to check it by hand."""

GUIDE = r"""This is a bundle of evidence made by camscan: every answer that a network scan received, byte for byte, and
what was concluded from it. `camscan evidence verify` checks all of it. To check it by hand, in the folder into
which it was unpacked:

1. The signature, and whose it is (compare the fingerprint with one that you received by another route):

    openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig
    openssl pkey -pubin -in key.pem -outform DER | sha256sum

2. Every part, as the signed manifest lists it:

    sed -n 's/.*"name": "\([^"]*\)", "sha256": "\([0-9a-f]*\)".*/\2  \1/p' manifest.json | sha256sum -c

3. The time stamp, if there is one (ca.pem: the certificate of the authority that issued it):

    openssl ts -verify -in manifest.tsr -data manifest.sig -CAfile ca.pem

Contents:

  manifest.json              what the bundle contains, by whom and with what it was made; signed in manifest.sig
  scan.json, settings.json   what was scanned, from where, when and how
  observations.jsonl.gz      every attempt, one per line; "raw" is the answer in base64, "previous" the SHA-256 of
                             the line before (in the first line, of scan.json)
  ledger.jsonl.gz            the outcome of every target on every channel: what was covered, and what was not
  rules/, policies/          all rules and policies by which it was judged
  identifications.jsonl.gz   the devices, with each rule that matched and the SHA-256 of the bytes it matched
  states.jsonl.gz            what people said about devices of the site ("removed", "exempt"): who, when and why
  verdicts.jsonl             the verdict on each device, and the state that follows from what was said about it
"""
