package intent

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"go.uber.org/zap"

	"homehub/platform/database"
	"homehub/platform/fault"
	"homehub/platform/identity"
	"homehub/platform/log"
)

const (
	// claimLife is how long a key is remembered.
	claimLife = 24 * time.Hour
	// leaseMargin is added to the deadline of a request: a claim that is open for longer
	// has lost its process.
	leaseMargin = 5 * time.Second

	prefixKey     = "key:"     // an Idempotency-Key
	prefixConfirm = "confirm:" // a question's id: a yes counts once
)

// errClaimLost: another process has answered for the claim in the meantime.
var errClaimLost = errors.New("claim was answered for by another process")

// claim is the durable sign that something is about to be done.
type claim struct {
	claimID

	key        string
	statusCode int
	body       []byte // nil until the answer is known
}

// claimPolicy tells claims of living processes from those of dead ones.
type claimPolicy struct {
	key    []byte
	bootID string
	lease  time.Duration
	// isAlone: no other process can be at this database, so that a claim of another boot is
	// a dead one's at once.
	isAlone bool
}

func newClaimPolicy(deps Deps) claimPolicy {
	return claimPolicy{
		key:     deps.FingerprintKey,
		bootID:  identity.NewID(),
		lease:   deps.Config.Deadline + leaseMargin,
		isAlone: deps.DB.Dialect() == database.SQLite, // its data folder admits one process
	}
}

func (p claimPolicy) isDead(row claimRow, now time.Time) bool {
	return now.After(row.LeaseUntil) || p.isAlone && row.BootID != p.bootID
}

// claimedRequest is what a claim keeps of its request, so that another process can answer for it.
type claimedRequest struct {
	Text           string         `json:"text"`
	ConversationID string         `json:"conversation_id"`
	AreaID         string         `json:"area_id,omitempty"`
	IsDryRun       bool           `json:"is_dry_run,omitempty"`
	ActorKind      identity.Kind  `json:"actor_kind"`
	ActorName      string         `json:"actor_name"`
	Commands       []plainCommand `json:"commands,omitempty"`
	PlanID         string         `json:"plan_id,omitempty"`
}

// claimKey claims the request's Idempotency-Key. Where the key was used before, it returns
// the claim that holds the first answer. Errors: errMismatch, errInFlight, errInvalidKey.
func (s *service) claimKey(ctx context.Context, t *turn, key string) (first *claimRow, err error) {
	if !isKey(key) {
		return nil, errInvalidKey
	}
	row, err := s.newClaim(t, prefixKey+key)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Deadline)
	defer cancel()
	isElsewhere := false
	for range 3 { // an expired claim may be in the way, and another request faster than us
		isAdded, err := s.store.addClaim(ctx, row)
		if err != nil {
			return nil, err
		}
		if isAdded {
			t.claim = claimOf(row)
			fault.Point("intent.claimed")

			return nil, nil //nolint:nilnil // no first answer: this is the first request
		}
		found, err := s.store.findClaim(ctx, row.HouseholdID, row.CallerID, row.ClaimKey)
		if err != nil {
			return nil, err
		}
		if found != nil && (found.StatusCode == 0 || s.now().Before(found.ExpiresAt)) {
			return s.firstAnswer(ctx, *found, row.Fingerprint)
		}
		isElsewhere = found == nil
		if err := s.store.dropExpired(ctx, s.now()); err != nil {
			return nil, err
		}
	}
	if isElsewhere { // keys are the caller's in all households: this one was used in another
		return nil, errMismatch
	}

	return nil, errInFlight
}

func claimOf(row claimRow) *claim {
	return &claim{
		claimID: claimID{householdID: row.HouseholdID, id: row.ID}, key: row.ClaimKey, statusCode: http.StatusOK,
	}
}

// firstAnswer returns the claim with its answer, made up where its process died.
func (s *service) firstAnswer(ctx context.Context, found claimRow, fingerprint string) (*claimRow, error) {
	switch {
	case found.Fingerprint != fingerprint:
		return nil, errMismatch
	case found.StatusCode != 0:
		return &found, nil
	case !s.claims.isDead(found, s.now()):
		return nil, errInFlight
	}

	if err := s.answerForDead(ctx, found); err != nil && !errors.Is(err, errClaimLost) {
		return nil, err
	}
	answered, err := s.store.findClaim(ctx, found.HouseholdID, found.CallerID, found.ClaimKey)
	if err != nil {
		return nil, err
	}
	if answered == nil || answered.StatusCode == 0 {
		return nil, errInFlight
	}

	return answered, nil
}

// lostAnswer is what another process answered while this one took longer than its lease.
func (s *service) lostAnswer(ctx context.Context, t *turn) (reply, error) {
	answered, err := s.store.findClaim(context.WithoutCancel(ctx), t.caller.HouseholdID, t.caller.ID, t.claim.key)
	if err != nil || answered == nil || answered.StatusCode == 0 {
		return reply{}, errNotRecorded.Wrap(errors.Join(errClaimLost, err))
	}

	return replayOf(answered), nil
}

// claimRisk leaves a claim before a confirmed command is carried out, or adds the command to
// the claim that the request's own key has made.
func (s *service) claimRisk(ctx context.Context, t *turn) error {
	if t.given == needsNothing {
		return nil
	}
	if t.claim != nil {
		request, err := claimedJSON(t)
		if err != nil {
			return err
		}

		return s.store.setClaimRequest(ctx, t.claim.claimID, request)
	}

	row, err := s.newClaim(t, prefixConfirm+t.asked.ID)
	if err != nil {
		return err
	}
	isAdded, err := s.store.addClaim(ctx, row)
	if err != nil {
		return err
	}
	if !isAdded {
		return errInFlight
	}
	t.claim = claimOf(row)
	fault.Point("intent.claimed")

	return nil
}

func (s *service) newClaim(t *turn, key string) (claimRow, error) {
	fingerprint, err := s.claims.fingerprintOf(t)
	if err != nil {
		return claimRow{}, err
	}
	request, err := claimedJSON(t)
	if err != nil {
		return claimRow{}, err
	}
	now := s.now().UTC().Truncate(time.Microsecond)

	return claimRow{
		ID: identity.NewID(), HouseholdID: t.caller.HouseholdID, CallerID: t.caller.ID, ClaimKey: key,
		Fingerprint: fingerprint, RequestID: t.requestID, BootID: s.claims.bootID,
		LeaseUntil: now.Add(s.claims.lease), Request: request, CreatedAt: now, ExpiresAt: now.Add(claimLife),
	}, nil
}

func claimedJSON(t *turn) (string, error) {
	request, err := json.Marshal(claimedRequest{
		Text: t.words, ConversationID: t.conversationID, AreaID: t.claimArea(), IsDryRun: t.req.DryRun,
		ActorKind: t.caller.Kind, ActorName: t.caller.Name, Commands: plainCommands(t.meant.Commands),
	})
	if err != nil {
		return "", fmt.Errorf("encode claimed request: %w", err)
	}

	return database.JSON(request), nil
}

// claimArea is where the utterance was heard, as far as it is known before there is a home.
func (t *turn) claimArea() string {
	switch {
	case t.utterance.AreaID != "":
		return t.utterance.AreaID
	case t.req.DeviceArea != "":
		return t.req.DeviceArea
	default:
		return t.caller.Area
	}
}

// abandon gives a key back when the request ended in an error and nothing was done: a retry
// may then do it. Where something may have been done the claim stays, and keeps a retry from
// doing it again.
func (s *service) abandon(ctx context.Context, t *turn) {
	if t.claim == nil || t.hasActed {
		return
	}
	if err := s.store.dropClaim(context.WithoutCancel(ctx), t.claim.claimID); err != nil {
		log.For(ctx, s.log).Warn("claim not given back", zap.Error(err))
	}
}

// fingerprintOf tells one request's body from another's. It is keyed, because a PIN is short
// enough to be found by trying them all.
func (p claimPolicy) fingerprintOf(t *turn) (string, error) {
	body, err := json.Marshal(t.req)
	if err != nil {
		return "", fmt.Errorf("encode request: %w", err)
	}
	sum := hmac.New(sha256.New, p.key)
	sum.Write([]byte("intent claim\x00" + t.caller.HouseholdID + "\x00"))
	sum.Write(body)

	return hex.EncodeToString(sum.Sum(nil)), nil
}

func isKey(key string) bool {
	if key == "" || len(key) > 255 {
		return false
	}
	for _, r := range key {
		if r <= ' ' || r > '~' {
			return false
		}
	}

	return true
}

func replayOf(first *claimRow) reply {
	if first == nil {
		return reply{}
	}

	return reply{body: first.Body, requestID: first.RequestID, isReplayed: true}
}
