package intent

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/events"
	"homehub/platform/fault"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/log"
)

const (
	maxTextRunes = 500
	language     = "hu"
)

// service carries an utterance through its stages.
type service struct {
	cfg     Config
	history History
	words   Forgetter
	db      *database.DB
	store   *store
	kv      kv.Store
	homes   Homes
	stages  []understander // cheapest first
	audit   Recorder
	events  events.Publisher
	log     *zap.Logger
	now     clock.Clock
	metrics *metrics
	late    *supervisor
	expiry  *expiry
	pins    PINs
	claims  claimPolicy
	zones   zones
	agenda  *agenda
	callers Callers
	flights *flights
	// startedAt is when this process began: homes need a moment to come back.
	startedAt time.Time

	admission admission
	// isRecordAway: the last record of something done has failed.
	isRecordAway atomic.Bool
}

func newService(deps Deps, m *metrics) *service {
	asked := newModel(deps, m)

	return &service{
		cfg:     deps.Config,
		history: deps.History,
		words:   deps.Words,
		db:      deps.DB,
		store:   &store{db: deps.DB, keepsWords: deps.History.KeepWords},
		kv:      deps.KV,
		homes:   deps.Homes,
		stages:  []understander{grammar{}, asked},
		audit:   deps.Audit,
		events:  events.OrDiscard(deps.Events),
		log:     deps.Log,
		now:     deps.Now,
		metrics: m,
		late:    newSupervisor(),
		expiry:  newExpiry(),
		pins:    deps.PINs,
		claims:  newClaimPolicy(deps),
		agenda:  newAgenda(),
		callers: deps.Callers,
		flights: asked.flights,

		startedAt: deps.Now(),

		admission: newAdmission(deps.Config.Deadline),
	}
}

// reply is an answer ready to be sent.
type reply struct {
	body       []byte
	requestID  string
	isReplayed bool
}

// speak answers one utterance. key is the Idempotency-Key, empty for none.
// Errors are those of errors.go: all that was heard has an answer instead.
func (s *service) speak(ctx context.Context, caller identity.Principal, req request, key string) (reply, error) {
	t, err := s.begin(ctx, caller, req)
	if err != nil {
		return reply{}, err
	}
	if !s.admission.enter(ctx) {
		return s.turnAway(t)
	}
	defer s.admission.leave()
	fault.Point("intent.begun")
	if key != "" {
		first, err := s.claimKey(ctx, t, key)
		if err != nil || first != nil {
			return replayOf(first), err
		}
	}
	err = s.process(ctx, t)
	switch {
	case errors.Is(err, errClaimLost):
		return s.lostAnswer(ctx, t)
	case err != nil:
		s.abandon(ctx, t)

		return reply{}, err
	}
	s.metrics.count(t)
	answered := reply{requestID: t.requestID}
	if t.claim != nil { // what is kept and what is sent are the same bytes
		answered.body = t.claim.body
	} else if answered.body, err = bodyOf(t.answer); err != nil {
		return reply{}, fmt.Errorf("encode answer: %w", err)
	}
	s.followUp(t) // last: from here on the turn belongs to who follows it

	return answered, nil
}

// begin checks what OpenAPI cannot, and opens the turn.
func (s *service) begin(ctx context.Context, caller identity.Principal, req request) (*turn, error) {
	if err := req.validate(); err != nil {
		return nil, err
	}
	if req.UserID != "" && (caller.Kind != identity.User || req.UserID != caller.ID) {
		return nil, errNotYourUser
	}
	if req.DeviceID != "" && caller.Kind == identity.Device && req.DeviceID != caller.ID {
		return nil, errNotYourDevice
	}

	t := &turn{
		caller:         caller,
		req:            req,
		requestID:      log.RequestID(ctx),
		conversationID: req.ConversationID,
		startedAt:      s.now(),
		words:          wordsOf(caller, req.Text),
		timing:         timing{},
		gone:           ctx.Done(),
	}
	if t.requestID == "" {
		t.requestID = identity.NewID()
	}
	if t.conversationID == "" {
		t.conversationID = identity.NewID()
	}

	return t, nil
}

var conversationIDs = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func (r request) validate() error {
	switch {
	case !utf8.ValidString(r.Text), strings.TrimSpace(r.Text) == "", utf8.RuneCountInString(r.Text) > maxTextRunes:
		return errInvalidText
	case r.ConversationID != "" && !conversationIDs.MatchString(r.ConversationID):
		return errInvalidConversation
	case !isHungarian(r.Language):
		return errLanguage
	default:
		return nil
	}
}

// isHungarian also takes a language that is not named, and any region: hu-HU.
func isHungarian(tag string) bool {
	primary, _, _ := strings.Cut(strings.ReplaceAll(tag, "_", "-"), "-")

	return tag == "" || strings.EqualFold(primary, language)
}

// process does everything between a valid request and its durable answer. Once begun it is
// not ended by a caller who hangs up: a lamp half way on would leave no truthful record.
func (s *service) process(ctx context.Context, t *turn) error {
	ctx = context.WithoutCancel(ctx)
	working, cancel := context.WithTimeout(ctx, s.cfg.Deadline-reserve(s.cfg.Deadline))
	defer cancel()

	if err := s.answerTurn(working, t); err != nil {
		return err
	}
	s.complete(t)
	defer s.memorise(ctx, t)()
	if t.meant.Source.IsModel() {
		s.keepExchange(ctx, t, t.answer.Speech)
	}
	if t.req.DryRun && t.claim == nil {
		return nil
	}
	if err := s.recordKept(ctx, t); err != nil {
		t.late.close()

		return err
	}
	s.stop(t)

	return nil
}

// reserve is the part of the deadline that is kept for the record and the reply.
func reserve(deadline time.Duration) time.Duration { return min(deadline/10, 100*time.Millisecond) }

// answerTurn takes the turn to its results, or to a question.
func (s *service) answerTurn(ctx context.Context, t *turn) error {
	isAnswered, err := s.hear(ctx, t)
	if err != nil || isAnswered {
		return err
	}

	switch {
	case !t.meant.IsUnderstood():
		return nil
	case t.answer.Status != "": // an open question, asked again
		return nil
	case t.meant.Question != nil:
		s.askWhich(ctx, t)

		return nil
	}

	s.guard(t)
	switch {
	case t.req.DryRun:
		planOnly(t)

		return nil
	case waitsFor(t.results) != needsNothing:
		s.askConsent(ctx, t)

		return nil
	default:
		return s.act(ctx, t)
	}
}

// act does what is left to do after the guard.
func (s *service) act(ctx context.Context, t *turn) error {
	if err := s.checkRecord(ctx); err != nil {
		return err
	}
	if err := s.claimRisk(ctx, t); err != nil {
		return err
	}
	if err := s.schedule(t); err != nil {
		return err
	}
	s.execute(ctx, t)

	return nil
}
