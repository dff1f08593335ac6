package audit

import (
	"errors"
	"sync"
	"time"

	"homehub/platform/clock"
	"homehub/platform/identity"
)

const (
	// maxHeads bounds what is remembered; beyond it everything is read again.
	maxHeads = 10_000
	// sharedFor is how long a chain that somebody else has moved is read before it is extended.
	sharedFor = 10 * time.Second
)

// errHeadMoved: the chain does not end where this process left it. It never leaves the package.
var errHeadMoved = errors.New("the head of the chain has moved")

// heads remembers where this process left each chain, so that the next entry can be made without
// reading. It is a guess, and nothing is lost by a wrong one: the head is moved on only from exactly
// what was guessed.
type heads struct {
	now clock.Clock

	mu    sync.Mutex
	known map[string]lastHead
}

type lastHead struct {
	head

	movedAt time.Time // when somebody else had moved it; zero: never
	// acted is where people are known to have acted: what was written together with this head and
	// those before it. While the chain ends where it was left, none of that was undone.
	acted []acted
}

// acted says that a person's entries are in a block of a chain.
type acted struct {
	actorID string
	block   int64
}

const (
	// blockSize is how many entries of a chain a block has; the migrations know it, too.
	blockSize = 128
	// maxActed is how many people of a chain are remembered.
	maxActed = 8
)

// actedIn is what is to be found of a person's entry later; false for entries of others.
func actedIn(e *entry) (acted, bool) {
	return acted{actorID: e.ActorID, block: e.Seq / blockSize}, e.ActorKind == string(identity.User)
}

func newHeads(now clock.Clock) *heads { return &heads{now: now, known: make(map[string]lastHead)} }

func (k *heads) find(householdID string) (lastHead, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	last, ok := k.known[householdID]
	if !ok || last.Seq == 0 || !last.movedAt.IsZero() && k.now().Sub(last.movedAt) < sharedFor {
		return lastHead{}, false
	}

	return last, true
}

// remember takes in where a chain ends now, and what of acted was written up to there.
func (k *heads) remember(h head, known []acted) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.known) >= maxHeads {
		clear(k.known)
	}
	last := k.known[h.HouseholdID]
	last.head, last.acted = h, known
	k.known[h.HouseholdID] = last
}

// moved takes in that the guess was wrong: another replica writes, or a transaction was undone.
func (k *heads) moved(householdID string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known[householdID] = lastHead{movedAt: k.now()}
}
