"""Measures and tells. Called by run, which has made the database.

One round is every measurement once, in turn, so that a machine that grows slower or faster meanwhile does so for all of them;
what counts is each measurement's median over the rounds, and the ratios of those.
"""

import argparse
import contextlib
import os
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from patchbay_test import apinizer, doors, environment, places, processes

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECTS = 100


def session_options():
    """How workers' sessions plan, so that pgbench's do too: taken from where it is said."""
    with open(places.source("src", "db", "pool.c")) as file:
        found = re.findall(r"-c ((?:plan_|enable_|join_|from_|jit)[a-z_]*=[a-z_0-9]+)", file.read())
    assert found, "src/db/pool.c says nothing of plans any more"
    return " ".join(f"-c {option}" for option in found)


# What a PUT and a GET tell the database, with the box that the connection had at first. Who and what is taken from a table of the
# bench's own. Parameters that are not named here are null.
CALLS = {
    "connection_update": {
        "i_digest": "t.digest", "i_dialect": "'apinizer'", "i_project": "t.project", "i_handle": "t.name", "i_dry": "false",
        "i_project_id": "t.project_id", "i_connection_id": "t.connection_id", "i_key_number": "t.key_number",
        "i_name": "t.name", "i_type": "'email'", "i_description": "'Outgoing mail of the department, changed ' || :r",
        "i_enabled": "true", "i_deploy_to_worker": "true", "i_settings": "t.settings",
        "i_secrets": "jsonb_build_object('/password', t.box)",
        "i_request_id": "'bench'",
    },
    "connection_read": {
        "i_digest": "t.digest", "i_dialect": "'apinizer'", "i_project": "t.project", "i_handle": "t.name", "i_secrets": "true",
        "i_request_id": "'bench'",
    },
}


def arguments():
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--connections", type=int, default=100000, help="in all, in 100 projects")
    parser.add_argument("--seconds", type=float, default=6, help="a measurement")
    parser.add_argument("--warm", type=float, default=20, help="seconds of PUT before the first")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


class Bench:
    def __init__(self, world, options):
        self.world = world
        self.options = options
        self.per_project = options.connections // PROJECTS
        self.total = self.per_project * PROJECTS
        self.door = None
        self.tokens = os.path.join(world.folder, "tokens")
        with open(self.tokens, "w") as file:
            for number in range(1, PROJECTS + 1):
                file.write(f"bench{number} {world.project(f'bench{number}').token()}\n")
        with open(os.path.join(world.cluster.data, "postmaster.pid")) as file:
            self.postmaster = int(file.readline())

    # --- the database's content ---

    def fill(self):
        """Through the API, so that boxes are real; not durably, which only costs time here."""
        started = time.monotonic()
        self.owner("alter role patchbay_worker set synchronous_commit = off")
        self.restart()
        count = -1
        while count < self.total * 0.99:
            before, ((count,),) = count, self.world.ask("select count(*) from patchbay.connection")
            if count == before:
                raise SystemExit(f"bench: no connections are created\n{self.door.logs()[-2000:]}")
            self.wrk("POST", 64, 10, start=max(0, count - 200), check=False)
        self.fill_gaps()
        self.owner("alter role patchbay_worker reset synchronous_commit")
        self.restart()
        print(f"{self.total} connections in {PROJECTS} projects, created in {time.monotonic() - started:.0f} s", flush=True)
        self.owner(
            "create schema bench;"
            " create table bench.target as select row_number() over (order by random()) as n, project.project_id, project.name as project,"
            " token.digest::bytea, connection_id, key_number, connection.name, settings, secrets ->> '/password' as box"
            " from patchbay.connection join patchbay.project using (project_id) join patchbay.token using (project_id);"
            " alter table bench.target add primary key (n);"
            " grant usage on schema bench to patchbay_worker; grant select on bench.target to patchbay_worker"
        )
        self.owner("vacuum analyze")

    def owner(self, statement):
        with contextlib.closing(self.world.cluster.connect("postgres")) as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def restart(self):
        if self.door is not None:
            self.door.stop()
            self.world.doors.remove(self.door)
        self.door = doors.opened(self.world, "lighttpd", workers=self.options.workers)

    def fill_gaps(self):
        """What wrk did not come to: it asks for some requests that it never sends."""
        with open(self.tokens) as file:
            tokens = dict(line.split() for line in file)
        missing = self.world.ask(
            "select 'bench' || p, 'connection-' || c from generate_series(1, %s) as p, generate_series(1, %s) as c"
            " except select project.name, connection.name from patchbay.connection join patchbay.project using (project_id)",
            PROJECTS, self.per_project,
        )
        for project, name in missing:
            answer = apinizer.Client(self.door, project, tokens[project]).post(name, apinizer.email(name, auth=True, username="u", password="p"))
            if answer.status != 200:
                raise SystemExit(f"bench: {project}/{name} was not created: {answer}")

    # --- one measurement each: (per second, {who: CPU microseconds a request}, p99 in ms) ---

    def wrk(self, method, connections, seconds, start=0, check=True):
        variables = {"BENCH_TOKENS": self.tokens, "BENCH_CONNECTIONS": str(self.per_project), "BENCH_METHOD": method,
                     "BENCH_THREADS": "2", "BENCH_START": str(start)}
        before = self.cpu()
        said = subprocess.run(
            [places.tool("wrk", "wrk"), "-t2", f"-c{connections}", f"-d{seconds:.0f}s", "--latency", "--timeout", "10s",
             "-s", os.path.join(HERE, "request.lua"), f"http://127.0.0.1:{self.door.port}"],
            env={**os.environ, **variables}, capture_output=True, text=True, check=True,
        ).stdout
        after = self.cpu()
        wrong = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: .*", said)
        if check and wrong:
            raise SystemExit(f"bench: {method} with {connections} connections had {wrong.group()}\n{said}\n{self.door.logs()[-2000:]}")
        requests = int(re.search(r"(\d+) requests in", said).group(1))
        p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
        milliseconds = float(p99.group(1)) * {"us": 0.001, "ms": 1, "s": 1000}[p99.group(2)]
        split = {who: (after[who] - before[who]) / max(requests, 1) * 1e6 for who in after}
        return float(re.search(r"Requests/sec:\s+([\d.]+)", said).group(1)), split, milliseconds

    def script(self, function):
        """pgbench's script for a function as it is declared now."""
        types = self.world.ask(
            "select name, format_type(type, null) from pg_proc, unnest(proargnames[:pronargs], proargtypes::oid[]) as argument (name, type)"
            " where pronamespace = 'patchbay'::regnamespace and proname = %s", function, user="postgres",
        )
        values = CALLS[function]
        assert set(values) <= {name for name, _ in types}, f"{function} has {types}"
        call = ", ".join(f"{name} => array[{values.get(name, 'null')}]::{kind}" for name, kind in types)
        return (
            f"\\set n random(1, {self.total})\n\\set r random(1, 2000000000)\n"
            f"select called.* from bench.target as t cross join lateral patchbay.{function}({call}) as called where t.n = :n;\n"
        )

    def pgbench(self, function, clients, seconds):
        file = os.path.join(self.world.folder, "pgbench.sql")
        with open(file, "w") as text:
            text.write(self.script(function))
        os.chmod(file, 0o644)
        dsn = dict(part.split("=", 1) for part in self.world.cluster.dsn("patchbay_worker").split())
        before = self.cpu()
        said = processes.run(
            [places.tool("pgbench", "postgresql-15"), "-n", "-M", "prepared", "-f", file, f"-c{clients}", "-j2", f"-T{seconds:.0f}",
             "-h", dsn["host"], "-p", dsn["port"], "-U", dsn["user"], dsn["dbname"]],
            self.world.folder, {"PGOPTIONS": session_options()}, timeout=seconds + 60,
        ).stdout
        after = self.cpu()
        done = int(re.search(r"number of transactions actually processed: (\d+)", said).group(1))
        split = {"postgres": (after["postgres"] - before["postgres"]) / max(done, 1) * 1e6}
        return float(re.search(r"tps = ([\d.]+)", said).group(1)), split, None

    def cpu(self):
        """Seconds of CPU used so far, by part. The postmaster knows what its ended children used."""
        with open(f"/proc/{self.postmaster}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        postgres = sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")
        postgres += sum(processes.cpu_seconds(pid) for pid in processes.children(self.postmaster))
        return {
            "postgres": postgres,
            "workers": sum(processes.cpu_seconds(pid) for pid in self.door.worker_pids()),
            "lighttpd": processes.cpu_seconds(self.door.daemon.pid),
        }

    def best_clients(self, function):
        """How many clients suit pgbench best here."""
        tried = {clients: self.pgbench(function, clients, 3)[0] for clients in (1, 2, 4, 8, 16, 32)}
        best = max(tried, key=tried.get)
        print("pgbench by clients: " + ", ".join(f"{clients}: {rate:,.0f}" for clients, rate in tried.items()), flush=True)
        return best

    def run(self):
        seconds = self.options.seconds
        self.fill()
        self.wrk("PUT", 64, self.options.warm)
        update_clients, read_clients = self.best_clients("connection_update"), self.best_clients("connection_read")
        measurements = {
            f"pgbench update, {update_clients} clients": lambda: self.pgbench("connection_update", update_clients, seconds),
            "PUT, 16 connections": lambda: self.wrk("PUT", 16, seconds),
            "PUT, 64 connections": lambda: self.wrk("PUT", 64, seconds),
            f"pgbench read, {read_clients} clients": lambda: self.pgbench("connection_read", read_clients, seconds),
            "GET, 16 connections": lambda: self.wrk("GET", 16, seconds),
            "GET, 64 connections": lambda: self.wrk("GET", 64, seconds),
        }
        results = {name: [] for name in measurements}
        for number in range(self.options.rounds):
            for name, measure in measurements.items():
                results[name].append(measure())
            print(f"round {number + 1}: " + ", ".join(f"{rounds[-1][0]:,.0f}" for rounds in results.values()), flush=True)
        tell(results)


def tell(results):
    print(f"\n{'what':32}{'a second':>10}{'ratio':>8}{'p99 ms':>8}   CPU us a request")
    base = None
    for name, rounds in results.items():
        rate = statistics.median(result[0] for result in rounds)
        base = rate if name.startswith("pgbench") else base
        p99 = "" if rounds[0][2] is None else f"{statistics.median(result[2] for result in rounds):.1f}"
        split = ", ".join(f"{who} {statistics.median(result[1][who] for result in rounds):.0f}" for who in rounds[0][1])
        print(f"{name:32}{rate:>10,.0f}{rate / base:>8.2f}{p99:>8}   {split}")
    print("\nThe ratio is to pgbench's line above; what is asked for: PUT at 64 at least 1.20, GET 0.40.")


def main():
    options = arguments()
    with environment.world(durable=True) as world:
        Bench(world, options).run()


main()
