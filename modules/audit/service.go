package audit

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/semaphore"

	"homehub/modules/audit/auditapi"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/identity"
	"homehub/platform/log"
)

// fieldActorName is the personal field that holds the actor's name.
const fieldActorName = "actor_name"

// saltSize is enough that no two values ever share a salt.
const saltSize = 16

type service struct {
	db      *database.DB
	store   *store
	keys    keyring
	log     *zap.Logger
	now     clock.Clock
	metrics *metrics
	heads   *heads
	anchors *anchoring

	wordless  map[string]int64    // up to where a chain has no words any more
	pageSize  int                 // of verifying
	verifying *semaphore.Weighted // bounds what requests may have verified at once
}

// personal is a value of the erasable side table.
type personal struct {
	Field string
	Salt  []byte
	Text  string
}

// record appends one event to its household's chain. All that needs no lock is done before
// the chain is locked.
func (s *service) record(ctx context.Context, event auditapi.Event) error {
	draft, values, err := s.draft(ctx, event)
	if err != nil {
		return fmt.Errorf("record %s: %w", event.Action, err)
	}

	if event.Outcome == auditapi.Refused { // whoever was refused cannot keep it off the record by hanging up
		var cancel context.CancelFunc
		ctx, cancel = withDeadlineOnly(ctx)
		defer cancel()
	}
	err = s.db.InBatch(ctx, func(ctx context.Context) error {
		e := draft // a grouped commit may run this again
		s.db.AfterCommit(ctx, func() { s.metrics.entries.WithLabelValues(draft.Outcome).Inc() })

		return s.append(ctx, &e, values)
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", event.Action, err)
	}

	return nil
}

// withDeadlineOnly is ctx without its cancellation.
func withDeadlineOnly(ctx context.Context) (context.Context, context.CancelFunc) {
	own := context.WithoutCancel(ctx)
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(own, deadline)
	}

	return own, func() {}
}

// append extends the chain: from where this process left it, or else from what is stored.
func (s *service) append(ctx context.Context, e *entry, values []personal) error {
	if last, ok := s.heads.find(e.HouseholdID); ok {
		guessed := *e
		err := s.appendAfter(ctx, last, &guessed, values)
		if !errors.Is(err, errHeadMoved) {
			return err
		}
	}

	return s.appendToStored(ctx, e, values)
}

// appendAfter extends the chain if it still ends where it was left; else errHeadMoved.
func (s *service) appendAfter(ctx context.Context, last lastHead, e *entry, values []personal) error {
	next := last.head
	s.keys.extendOwn(&next, e)
	if err := s.store.moveHead(ctx, last.head, next, e.At, func() { s.heads.moved(e.HouseholdID) }); err != nil {
		return err
	}
	known, err := s.addActed(ctx, e, last.acted)
	if err != nil {
		return err
	}
	s.heads.remember(next, known)

	return s.store.insertEntry(ctx, e, values)
}

// addActed notes where a person acts, unless that is known, and returns what is known now. What
// was known is left as it is: a transaction that is undone may still have it.
func (s *service) addActed(ctx context.Context, e *entry, known []acted) ([]acted, error) {
	now, isPerson := actedIn(e)
	if !isPerson || slices.Contains(known, now) {
		return known, nil
	}
	if err := s.store.insertActed(ctx, e.HouseholdID, now); err != nil {
		return nil, err
	}
	kept := make([]acted, 0, maxActed)
	for _, k := range known {
		if k.actorID != now.actorID {
			kept = append(kept, k)
		}
	}
	if len(kept) == maxActed {
		kept = kept[1:]
	}

	return append(kept, now), nil
}

// appendToStored locks the chain, extends it, and stores both.
func (s *service) appendToStored(ctx context.Context, e *entry, values []personal) error {
	h, err := s.store.lockHead(ctx, e.HouseholdID, e.At)
	if err != nil {
		return err
	}
	if !s.keys.extend(&h, e) {
		s.metrics.brokenHeads.Inc()
		log.For(ctx, s.log).Error("the head of an audit chain was changed from outside; run homehub audit verify",
			zap.String("household_id", e.HouseholdID), zap.Int64("seq", e.Seq))
		if err := s.store.deletePersonalFrom(ctx, e.HouseholdID, e.Seq); err != nil {
			return err
		}
	}
	if err := s.store.insertEntry(ctx, e, values); err != nil {
		return err
	}
	if err := s.store.updateHead(ctx, &h, e.At); err != nil {
		return err
	}
	known, err := s.addActed(ctx, e, nil)
	if err != nil {
		return err
	}
	s.heads.remember(h, known)

	return nil
}

// draft turns an event into an entry that lacks only its place in the chain.
func (s *service) draft(ctx context.Context, event auditapi.Event) (entry, []personal, error) {
	if event.HouseholdID == "" || event.Action == "" || event.Outcome == "" {
		return entry{}, nil, fmt.Errorf("an event needs a household, an action and an outcome: %q, %q, %q",
			event.HouseholdID, event.Action, event.Outcome)
	}
	actor := actorOf(ctx, event.Actor)
	details, err := canonicalJSON(event.Details)
	if err != nil {
		return entry{}, nil, fmt.Errorf("encode details: %w", err)
	}
	values := personalOf(event.Personal, actor.Name)
	commitments := make(map[string]string, len(values))
	for _, v := range values {
		commitments[v.Field] = commit(v.Salt, v.Field, v.Text)
	}
	committed, err := canonicalJSON(commitments)
	if err != nil {
		return entry{}, nil, fmt.Errorf("encode commitments: %w", err)
	}

	return entry{
		HouseholdID: event.HouseholdID,
		At:          s.now().UTC().Truncate(time.Microsecond), // what both databases keep
		Action:      event.Action,
		Outcome:     string(event.Outcome),
		RequestID:   database.Text(log.RequestID(ctx)),
		ActorKind:   actor.Kind,
		ActorID:     actor.ID,
		Target:      database.Text(event.Target),
		Details:     details,
		Commitments: committed,
	}, values, nil
}

// actorOf is the actor given, else the caller, else homehub itself.
func actorOf(ctx context.Context, given auditapi.Actor) auditapi.Actor {
	if given != (auditapi.Actor{}) {
		return given
	}
	caller, err := identity.From(ctx)
	if err != nil {
		return auditapi.Actor{Kind: string(identity.System)}
	}

	return auditapi.Actor{Kind: string(caller.Kind), ID: caller.ID, Name: caller.Name}
}

// personalOf salts every value, in the order of their fields.
func personalOf(given map[string]string, actorName string) []personal {
	all := make(map[string]string, len(given)+1)
	maps.Copy(all, given)
	if actorName != "" {
		all[fieldActorName] = actorName
	}
	values := make([]personal, 0, len(all))
	for _, field := range slices.Sorted(maps.Keys(all)) {
		salt := make([]byte, saltSize)
		_, _ = rand.Read(salt) // never fails, by its contract
		values = append(values, personal{Field: field, Salt: salt, Text: database.Text(all[field])})
	}

	return values
}

// canonicalJSON is compact JSON with sorted keys; an empty map is {}.
func canonicalJSON[V any](m map[string]V) (string, error) {
	if len(m) == 0 {
		return "{}", nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return "", err
	}

	return strings.TrimSuffix(b.String(), "\n"), nil
}
