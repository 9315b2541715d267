"""A small program of its own, `python -m camscan.l2`: ARP sweep, passive listening, capture files.

It is the only part of camscan that loads scapy, and only it and `camscan.syn` need CAP_NET_RAW. It imports nothing
but the standard library and scapy. Its arguments say what to do; for a sweep, the targets are JSON on standard input.
Results are JSON lines on standard output (`lines`). It sends nothing but ARP requests, and only for addresses in
networks of the interface itself (`arp`); `listen` and `pcap` send nothing at all.
"""
