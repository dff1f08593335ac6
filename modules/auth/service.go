package auth

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.uber.org/zap"
	"golang.org/x/text/unicode/norm"

	"homehub/modules/audit/auditapi"
	"homehub/platform/apperr"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/events"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/secret"
)

// The acts of auth in the record.
const (
	actionRefuse          = "auth.refuse"
	actionRegister        = "auth.register"
	actionCreateHousehold = "auth.create_household"
	actionLogin           = "auth.login"
	actionLogout          = "auth.logout"
	actionReuseRefresh    = "auth.reuse_refresh_token"
	actionUpdateProfile   = "auth.update_profile"
	actionCreateUser      = "auth.create_user"
	actionPromoteUser     = "auth.promote_user"
	actionDisableUser     = "auth.disable_user"
	actionResetPassword   = "auth.reset_password" //nolint:gosec // the name of an act
	actionRotateKeys      = "auth.rotate_keys"
)

// Why a session ended.
const (
	reasonLogout        = "logout"
	reasonReused        = "refresh_reused"
	reasonDisabled      = "user_disabled"
	reasonPasswordReset = "password_reset"
)

const maxNameCharacters = 100

type service struct {
	cfg           Config
	db            *database.DB
	store         *store
	kv            kv.Store
	local         kv.Store // limits while kv is away
	passwords     *passwords
	keys          *keys
	tokens        *tokens
	rights        *authorizer
	refreshKey    []byte
	ring          *secret.Keyring
	audit         Recorder
	events        events.Publisher
	log           *zap.Logger
	now           clock.Clock
	metrics       *metrics
	loginFailures kv.Limit
	pinFailures   kv.Limit
	registration  Registration
	userCodes     kv.Limit
	publicURL     string
	areas         AreaResolver
	sightings     sightings

	onHouseholdCreated  func(ctx context.Context, householdID string) error
	onHouseholdDeleting []func(ctx context.Context, householdID string) error
	onHouseholdDeleted  []func(ctx context.Context, householdID string) error
	onDeviceRemoved     []func(ctx context.Context, householdID, deviceID string) error
	resealers           []func(ctx context.Context) error
	belongings          []Belongings
}

// client is where a request came from.
type client struct{ IP, UserAgent string }

// issued is a session's tokens as its client gets them.
type issued struct {
	AccessToken      string
	ExpiresIn        time.Duration
	RefreshToken     string
	RefreshExpiresIn time.Duration

	session *sessionRow
}

// login is a new session and whose it is.
type login struct {
	issued

	User      *userRow
	Household *membership // nil for a person without any
}

// moment is now as both databases keep it.
func (s *service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// recordRefusal is called after whatever the caller tried has not happened.
func (s *service) recordRefusal(ctx context.Context, right identity.Right, operationID string) error {
	caller, err := identity.From(ctx)
	if err != nil {
		return err
	}

	e := auditapi.Event{
		HouseholdID: chainOf(caller.HouseholdID), Action: actionRefuse, Outcome: auditapi.Refused,
		Target: operationID, Details: map[string]any{"right": right},
	}
	if right != identity.Admin || caller.HouseholdID == "" {
		return s.audit.Record(ctx, e)
	}

	return s.db.InTx(ctx, func(ctx context.Context) error { // who reaches for the operator's rights, the operator hears of, too
		return s.recordIn(ctx, e, caller.HouseholdID, auditapi.OperatorChain)
	})
}

// recordIn records an event in several chains, in their order.
func (s *service) recordIn(ctx context.Context, e auditapi.Event, chains ...string) error {
	for _, chain := range chains {
		e.HouseholdID = chain
		if err := s.audit.Record(ctx, e); err != nil {
			return err
		}
	}

	return nil
}

// event is an act of a person in one of their households, or in the operator's chain when
// they have none.
func event(action string, user *userRow, household *membership) auditapi.Event {
	e := auditapi.Event{
		HouseholdID: auditapi.OperatorChain,
		Action:      action,
		Outcome:     auditapi.OK,
		Actor:       actorOf(user),
		Target:      user.ID,
	}
	if household != nil {
		e.HouseholdID = household.HouseholdID
	}

	return e
}

func actorOf(user *userRow) auditapi.Actor {
	return auditapi.Actor{Kind: string(identity.User), ID: user.ID, Name: user.Name}
}

// checkName returns a name as it is kept, or says what is wrong with it.
func checkName(field, name string) (string, error) {
	name = norm.NFC.String(strings.TrimSpace(name))
	isFine := utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxNameCharacters &&
		strings.ContainsFunc(name, isSeen) && !strings.ContainsFunc(name, misleads)
	if !isFine {
		return "", errInvalidInput.WithFields(apperr.Field{
			Name: field, Message: fmt.Sprintf("must have 1 to %d characters that can be seen, none of them a control character", maxNameCharacters),
		})
	}

	return name, nil
}

func isSeen(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }

// misleads reports what makes a name look like another: control characters, and those that turn
// the direction of writing around.
func misleads(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
