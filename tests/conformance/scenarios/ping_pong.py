"""Three rounds of question and answer in 'data' listeners."""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        rounds = 0

        def at_client(chunk):
            nonlocal rounds
            trace("C", "answer", chunk)
            rounds += 1
            if rounds == 3:
                c.end()
            else:
                c.write(f"question {rounds}")

        def at_server(chunk):
            trace("S", "question", chunk)
            s.write(b"answer to " + chunk)

        c.on("data", at_client)
        s.on("data", at_server)
        record(c, "C", "end close")
        record(s, "S", "end close")
        c.write("question 0")

    pair({}, {}, connected)


run(main)
