"""A small program of its own, `python -m camscan.l2`: ARP sweep, passive listening, capture files.

It is the only part of camscan that loads scapy, and like `camscan.syn` alone it needs CAP_NET_RAW. It imports nothing
but the standard library and scapy, and is told what to do by its arguments and, for a sweep, by JSON on standard input.
What it finds it says in JSON lines on standard output (`lines`). It sends nothing but ARP requests for addresses of
networks that the interface is itself in (`arp`); `listen` and `pcap` send nothing at all.
"""
