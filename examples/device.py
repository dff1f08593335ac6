#!/usr/bin/env python3
"""A household's device, in one file and with nothing but Python's standard library.

    device.py pair                          shows a code, and waits until somebody approves it
    device.py say "kapcsold fel a villanyt"  says a sentence; without one, each line of the input
    device.py follow                        prints what happens in the household

It keeps its tokens in a file that only its user may read, and may be killed at any moment: what
it was about to do is in the file before it does it. docs/device.md explains every step.

Exit status: 0 done, 3 homehub asks back or did not understand, 4 the device must be paired,
1 anything else.
"""

import argparse
import contextlib
import fcntl
import http.client
import json
import os
import random
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

CLIENT_ID = "homehub-device"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
TIMEOUT = 10  # seconds for one request; homehub answers a sentence within two
PATIENCE = 30  # seconds for which a person waits for an answer; after that a sentence is dropped
SILENCE = 45  # seconds without a sign of life after which a stream is dead; one comes every 15
QUESTION = 30  # seconds for which an answer still belongs to homehub's question

NETWORK = (OSError, http.client.HTTPException)  # urllib's errors are OSErrors, too


class NotPaired(Exception):
    """The server knows no such device (any more)."""


class Refused(Exception):
    """An answer that trying again will not change."""


class State:
    """What must outlive this process. Every change is on the disk before anything builds on it."""

    def __init__(self, path):
        self.path = path

    @contextlib.contextmanager
    def locked(self):
        """Keeps a second process with the same file from refreshing at the same time."""
        lock = os.open(self.path + ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def read(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def change(self, **changes):
        """Writes changes, the whole file or nothing; None removes. The lock is the caller's."""
        content = {**self.read(), **changes}
        content = {name: value for name, value in content.items() if value is not None}
        folder = os.path.dirname(os.path.abspath(self.path))
        handle, temporary = tempfile.mkstemp(prefix=".device-", dir=folder)  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def save(self, **changes):
        with self.locked():
            self.change(**changes)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """homehub never redirects; who does must not be given the token."""

    def redirect_request(self, *_):
        return None


class Backoff:
    """Waits longer each time, never all devices of a street at once."""

    def __init__(self, longest=60):
        self.longest, self.next = longest, 0.5

    def wait(self, at_least=0.0, deadline=None):
        """Returns False, without waiting, where the deadline would pass meanwhile."""
        pause = max(at_least, self.next * random.uniform(0.5, 1.5))
        self.next = min(self.next * 2, self.longest)
        if deadline is not None and time.monotonic() + pause > deadline:
            return False
        time.sleep(pause)
        return True


def retry_after(headers):
    try:
        return float(headers.get("Retry-After", 0))
    except ValueError:
        return 0.0


class Device:
    def __init__(self, server, state):
        self.server, self.state = server.rstrip("/"), state
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)

    def send(self, method, path, body=None, headers=None, timeout=TIMEOUT):
        """Returns status, headers and JSON; raises NETWORK where no whole answer came."""
        request = urllib.request.Request(self.server + path, data=body, method=method, headers=headers or {})
        try:
            with self.opener.open(request, timeout=timeout) as response:
                return response.status, response.headers, decode(response.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, decode(error.read())

    def send_form(self, path, **fields):
        body = urllib.parse.urlencode({"client_id": CLIENT_ID, **fields}).encode()
        return self.send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    # Pairing (RFC 8628).

    def pair(self, name):
        """Shows a code until somebody approves it; goes on with the code of before a restart."""
        while not self.state.read().get("refresh_token"):
            waiting = self.state.read().get("pairing")
            if not waiting or time.time() >= waiting["ends"]:
                waiting = self.begin_pairing(name)
            print(f"Nyissa meg ezt az oldalt: {waiting['verification_uri_complete']}", flush=True)
            print(f"A kód: {waiting['user_code']}", flush=True)
            if not self.await_approval(waiting):
                self.state.save(pairing=None)
        print("A készülék párosítva van.", flush=True)

    def begin_pairing(self, name):
        backoff = Backoff()
        while True:
            at_least = 0
            with contextlib.suppress(*NETWORK):
                status, headers, answer = self.send_form("/oauth/device_authorization", device_name=name)
                if status == 200:
                    waiting = {**answer, "ends": time.time() + answer["expires_in"]}
                    self.state.save(pairing=waiting)  # before anybody sees the code
                    return waiting
                if status < 500 and status != 429:
                    raise Refused(answer)
                at_least = retry_after(headers)
            backoff.wait(at_least)

    def await_approval(self, waiting):
        """Asks until there are tokens; False where the code came to nothing."""
        interval, backoff = waiting["interval"], Backoff()
        while time.time() < waiting["ends"] + interval:
            time.sleep(interval)
            try:
                status, headers, answer = self.send_form("/oauth/token", grant_type=DEVICE_CODE, device_code=waiting["device_code"])
            except NETWORK:
                backoff.wait()  # the same code gets the same tokens until one of them was used
                continue
            backoff = Backoff()
            if status == 200:
                with self.state.locked():
                    self.keep(answer, pairing=None)
                return True
            error = answer.get("error")
            if error == "slow_down" and status == 400:
                interval += 5
            elif status == 429 or status >= 500:
                backoff.wait(retry_after(headers))
            elif error != "authorization_pending":
                print(answer.get("error_description", error), file=sys.stderr)
                return False
        return False

    # Tokens.

    def keep(self, tokens, **changes):
        """The new tokens are on the disk before anybody uses one of them: using the new refresh
        token is what ends the old one. The lock is the caller's."""
        self.state.change(
            access_token=tokens["access_token"],
            refresh_token=tokens["refresh_token"],
            access_ends=time.time() + tokens["expires_in"] * 0.8,
            **changes,
        )

    def access_token(self, deadline=None, stale=None):
        """Returns a token that is good for a while; stale is one that was refused."""
        backoff = Backoff(10)
        while True:
            token, at_least, trouble = self.refresh(stale)
            if token:
                return token
            if not backoff.wait(at_least, deadline):
                raise TimeoutError(f"no new token: {trouble}")

    def refresh(self, stale):
        """Tries once. Of two processes with one file, the second finds done what the first did."""
        with self.state.locked():
            kept = self.state.read()
            token = kept.get("access_token")
            if token and token != stale and time.time() < kept["access_ends"]:
                return token, 0, None
            if not kept.get("refresh_token"):
                raise NotPaired("this device is not paired")
            try:
                status, headers, answer = self.send_form(
                    "/oauth/token", grant_type="refresh_token", refresh_token=kept["refresh_token"]
                )
            except NETWORK as error:
                return None, 0, error  # the old token gets the same successor, however late
            if status == 200:
                self.keep(answer)
                return answer["access_token"], 0, None
            if answer.get("error") == "invalid_grant":
                self.forget()
                raise NotPaired("the server ended this device's session, or removed the device")
            if status < 500 and status != 429:
                raise Refused(answer)
            return None, retry_after(headers), answer

    def forget(self):
        self.state.change(access_token=None, refresh_token=None, access_ends=None, last_event_id=None, question=None, pending=None)

    # Sentences.

    def say(self, text):
        """Says a sentence once, however often it must be sent, and returns homehub's answer."""
        question = self.state.read().get("question") or {}
        if time.time() > question.get("ends", 0):
            question = {}
        saying = {"key": str(uuid.uuid4()), "said": time.time(), "body": {"text": text}}
        if "conversation_id" in question:
            saying["body"]["conversation_id"] = question["conversation_id"]
        if question.get("needs") != "pin":  # a PIN is never written down
            self.state.save(pending=saying)
        return self.finish(saying)

    def resume(self):
        """Finishes what a killed process was saying, while somebody may still wait for it."""
        saying = self.state.read().get("pending")
        if not saying:
            return None
        if not 0 <= time.time() - saying["said"] < PATIENCE:
            self.state.save(pending=None)  # a lamp must not go on an hour late
            return None
        return self.finish(saying)

    def finish(self, saying):
        deadline = time.monotonic() + PATIENCE - max(0, time.time() - saying["said"])
        body = json.dumps(saying["body"]).encode()
        backoff, stale = Backoff(5), None
        while True:
            token, at_least = self.access_token(deadline, stale), 0
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": saying["key"]}
            try:
                status, headers, answer = self.send("POST", "/api/v1/intent", body, headers)
                if status == 200:
                    self.state.save(pending=None, question=question_of(answer))
                    return answer
                if status == 401 and token != stale:
                    stale = token
                    continue
                # 409: the first try is still being carried out; its answer comes to the next one.
                if status < 500 and status not in (401, 409, 429):
                    self.state.save(pending=None)
                    raise Refused(answer)
                at_least = retry_after(headers)
            except NETWORK as error:
                answer = error  # it may have been done: only the same key makes sure it is done once
            if not backoff.wait(at_least, deadline):
                self.state.save(pending=None)
                raise TimeoutError(f"no answer: {answer}")

    # Events.

    def follow(self, limit=None):
        """Prints events from where the last call ended; ends after limit of them."""
        backoff, stale = Backoff(), None
        while limit is None or limit > 0:
            at_least = 0
            try:
                token = self.access_token(stale=stale)
                for number, kind, data in self.stream(token):
                    backoff, stale = Backoff(), None
                    if kind:
                        print(f"{kind} {data}", flush=True)
                        limit = limit and limit - 1  # None stays None
                    if number is not None:
                        self.state.save(last_event_id=number)  # after it was dealt with
                    if limit == 0:
                        return
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == 401 and token != stale:
                        stale = token
                        continue
                    if error.code < 500 and error.code not in (401, 429):
                        raise Refused(decode(error.read())) from error
                    at_least = retry_after(error.headers)
            except NETWORK:
                pass
            backoff.wait(at_least)  # also where the stream ended well: rights and servers change

    def stream(self, token):
        """Yields id, event and data as they come, until the stream ends."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        last = self.state.read().get("last_event_id")
        if last:
            headers["Last-Event-ID"] = last
        request = urllib.request.Request(self.server + "/api/v1/events", headers=headers)
        with self.opener.open(request, timeout=SILENCE) as response:
            number, kind, data = None, "", []
            for line in response:
                field, _, value = line.decode("utf-8").rstrip("\r\n").partition(":")
                value = value.removeprefix(" ")
                if field == "id":
                    number = value
                elif field == "event":
                    kind = value
                elif field == "data":
                    data.append(value)
                elif not field and not value and (data or number is not None):  # an empty line ends an event
                    yield number, kind if data else "", "\n".join(data)
                    number, kind, data = None, "", []


def question_of(answer):
    """What the next sentence answers, where homehub has asked something."""
    if answer["status"] not in ("clarify", "confirm"):
        return None
    return {"conversation_id": answer["conversation_id"], "needs": answer.get("needs"), "ends": time.time() + QUESTION}


def decode(body):
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def speak(answer):
    """Prints what a person is to hear; returns the exit status."""
    print(answer["speech"], flush=True)
    if answer["status"] in ("done", "already", "started", "scheduled", "answered"):
        return 0
    return 3 if answer["status"] in ("clarify", "confirm", "not_understood") else 1


def run(options):
    device = Device(options.server, State(options.state))
    if options.command == "pair":
        device.pair(options.name)
    elif options.command == "follow":
        device.follow(options.limit)
    else:
        resumed = device.resume()
        status = speak(resumed) if resumed else 0
        for line in [" ".join(options.sentence)] if options.sentence else sys.stdin:
            if line.strip():
                status = speak(device.say(line.strip()))
        return status
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default="http://127.0.0.1:8000", help="homehub's address (%(default)s)")
    parser.add_argument("--state", default="device.json", help="the file of this device's tokens (%(default)s)")
    commands = parser.add_subparsers(dest="command", required=True)
    pair = commands.add_parser("pair")
    pair.add_argument("--name", default="Python készülék", help="what the person is shown")
    say = commands.add_parser("say")
    say.add_argument("sentence", nargs="*")
    follow = commands.add_parser("follow")
    follow.add_argument("--limit", type=int, help="end after so many events")
    try:
        return run(parser.parse_args())
    except NotPaired as error:
        print(f"{error}: run `device.py pair`", file=sys.stderr)
        return 4
    except (Refused, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
