package auth

import (
	"context"
	"errors"
	"fmt"

	"homehub/modules/audit/auditapi"
	"homehub/platform/apperr"
	"homehub/platform/identity"
)

// What a new household goes by until somebody changes it.
const (
	defaultLanguage   = "hu"
	defaultTimeZone   = "Europe/Budapest"
	defaultCountry    = "HU"
	defaultLatitude   = 47.4979
	defaultLongitude  = 19.0402
	defaultUnitSystem = "metric"
)

// newcomer is a person to be. An empty HouseholdName means one made of the person's name.
type newcomer struct {
	Email, Password, Name string
	HouseholdName         string
	Invitation            string
}

// register makes a person and signs them in. An invitation brings them where it leads, else they
// found a household.
func (s *service) register(ctx context.Context, n newcomer, from client) (*login, error) {
	if err := s.mayRegister(n.Invitation); err != nil {
		return nil, err
	}
	n, err := n.check()
	if err != nil {
		return nil, err
	}
	if n.Invitation != "" { // before the password costs its time, and before anybody learns which addresses are taken
		if _, err := s.getInvitation(ctx, n.Invitation); err != nil {
			return nil, s.refuseInvited(ctx, err, from)
		}
	}
	user, err := s.newUser(ctx, n)
	if err != nil {
		return nil, err
	}
	if _, err := s.keys.signer(ctx); err != nil { // before anything is stored that would need it
		return nil, err
	}

	var l *login
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.insertUser(ctx, user); err != nil {
			return err
		}
		m, err := s.settle(ctx, user, n)
		if err != nil {
			return err
		}
		e := event(actionRegister, user, m)
		e.Personal = map[string]string{"email": user.Email, "ip": from.IP}
		if err := s.audit.Record(ctx, e); err != nil {
			return err
		}
		l, err = s.startSession(ctx, user, m, from)

		return err
	})
	if err != nil {
		return nil, s.refuseInvited(ctx, err, from)
	}

	return l, s.addAccessToken(ctx, l)
}

// settle brings a new person where their invitation leads, else into a household of their own.
func (s *service) settle(ctx context.Context, user *userRow, n newcomer) (*membership, error) {
	if n.Invitation != "" {
		return s.useInvitation(ctx, n.Invitation, user, n.HouseholdName)
	}

	return s.foundHousehold(ctx, user, s.newHousehold(n.HouseholdName), actorOf(user))
}

// refuseInvited is refuseInvitation for somebody whom nobody knows yet.
func (s *service) refuseInvited(ctx context.Context, cause error, from client) error {
	return s.refuseInvitation(ctx, cause, auditapi.Event{
		HouseholdID: auditapi.OperatorChain, Actor: auditapi.Actor{Kind: string(identity.User)},
		Personal: map[string]string{"ip": from.IP},
	})
}

func (s *service) mayRegister(invitation string) error {
	switch {
	case s.registration == RegistrationClosed:
		return errRegistrationClosed
	case s.registration == RegistrationInvite && invitation == "":
		return errInvitationRequired
	default:
		return nil
	}
}

// check returns the newcomer as they are kept, or all that is wrong with them.
func (n newcomer) check() (newcomer, error) {
	var errEmail, errName, errHousehold error
	n.Email, errEmail = checkEmail(n.Email)
	n.Name, errName = checkName("name", n.Name)
	if n.HouseholdName == "" {
		n.HouseholdName = defaultHouseholdName(n.Name)
	} else {
		n.HouseholdName, errHousehold = checkName("household_name", n.HouseholdName)
	}

	return n, joinFields(errEmail, checkPassword("password", n.Password, n.Email, n.Name), errName, errHousehold)
}

// newUser hashes the password of a checked newcomer.
func (s *service) newUser(ctx context.Context, n newcomer) (*userRow, error) {
	key := emailKey(n.Email)
	taken, err := s.store.findUserByEmail(ctx, key)
	if err != nil {
		return nil, err
	}
	if taken != nil {
		return nil, errEmailTaken // without hashing for nothing
	}
	hash, err := s.passwords.hash(ctx, n.Password)
	if err != nil {
		return nil, err
	}

	return &userRow{
		ID: identity.NewID(), Email: n.Email, EmailKey: key, Name: n.Name, PasswordHash: hash, CreatedAt: s.moment(),
	}, nil
}

func (s *service) newHousehold(name string) *householdRow {
	return &householdRow{
		ID: identity.NewID(), Name: name, CreatedAt: s.moment(),
		Language: defaultLanguage, TimeZone: defaultTimeZone, Country: defaultCountry,
		Latitude: defaultLatitude, Longitude: defaultLongitude, UnitSystem: defaultUnitSystem,
	}
}

// defaultHouseholdName is Hungarian for the person's home.
func defaultHouseholdName(person string) string {
	const suffix = " otthona"
	name := []rune(person)

	return string(name[:min(len(name), maxNameCharacters-len(suffix))]) + suffix
}

// foundHousehold stores a household with its owner, and lets the others make what belongs to
// it, all in the caller's transaction.
func (s *service) foundHousehold(ctx context.Context, owner *userRow, h *householdRow, by auditapi.Actor) (*membership, error) {
	m := &membership{HouseholdID: h.ID, Name: h.Name, Role: identity.RoleOwner}
	row := &membershipRow{HouseholdID: h.ID, UserID: owner.ID, Role: string(m.Role), CreatedAt: h.CreatedAt}
	if err := s.store.insertHousehold(ctx, h, row); err != nil {
		return nil, err
	}
	if s.onHouseholdCreated != nil {
		if err := s.onHouseholdCreated(ctx, h.ID); err != nil {
			return nil, fmt.Errorf("prepare household: %w", err)
		}
	}
	e := event(actionCreateHousehold, owner, m)
	e.Actor, e.Target = by, h.ID

	return m, s.audit.Record(ctx, e)
}

// joinFields makes one invalid input of several, so that a form can show all at once.
func joinFields(errs ...error) error {
	var fields []apperr.Field
	for _, err := range errs {
		if e, ok := errors.AsType[*apperr.Error](err); ok {
			fields = append(fields, e.Fields...)
		}
	}
	if len(fields) == 0 {
		return errors.Join(errs...)
	}

	return errInvalidInput.WithFields(fields...)
}
