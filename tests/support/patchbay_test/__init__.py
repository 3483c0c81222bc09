"""What Patchbay's end-to-end tests share: a private world (database, keyring, configuration), doors into it, cases, and TAP.

    places       where the source, the build and the machine's tools are
    processes    starting and stopping programs as an unprivileged user
    cluster      a private PostgreSQL
    environment  cluster + schema + keyring + configuration; projects and tokens
    answers      an answer, and JSON read strictly
    doors/       in process, FastCGI socket, lighttpd, Apache: one interface
    match        expected JSON (with placeholders) against what came
    cases        reading *.case files
    play         playing a case through a door
    crowd        many clients at once
    tap          the test program's output

tests/README.md says how to write a case or a test.
"""
