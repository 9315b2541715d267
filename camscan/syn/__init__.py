"""A small program of its own, `python -m camscan.syn`: asks very many TCP ports, as fast as the kernel lets it.

It loads the standard library, numpy and an AES alone. What to do it is told by one JSON object on standard input
(`request`), and what it finds it says in JSON lines on standard output (`report`). Two ways of asking:

`syn`      keeps no state for a target and needs CAP_NET_RAW: SYN packets are built in batches, sent past the kernel's
           TCP, and answers are known by a cookie in their acknowledgement number (`sweep`)
`connect`  needs no privilege: many connections of the kernel's own at once (`connect`)

Both walk through hosts, ports and rounds in the same order (`order`) and keep the same pace (`pace`). It is a process
and not a thread because Python code that runs beside the sending thread would cut its speed to a fraction.
"""
