package auth

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"homehub/platform/apperr"
	"homehub/platform/identity"
)

// The page /pair signs a person in for one pairing. Its session lasts for minutes, and none of its
// tokens leave this process: what the browser holds is a sealed word that only this page takes.

// pageLifetime is how long a signed-in page may lie open.
const pageLifetime = 10 * time.Minute

var (
	errPageOver    = apperr.New(apperr.Forbidden, "auth.page_over", "The page lay open for too long. Begin anew.")
	errMayNotPair  = apperr.New(apperr.Forbidden, "auth.not_allowed", "You may not do that.")
	errCrossOrigin = apperr.New(apperr.Forbidden, "auth.cross_origin", "The form was sent from another site.")
)

// pageKey is what a sealed page says.
type pageKey struct {
	Purpose   string `json:"p"` // no other sealed value can be taken for a page
	UserID    string `json:"u"`
	SessionID string `json:"s"`
	Household string `json:"h"`
	EndsAt    int64  `json:"e"`

	// What the device calls itself that waits with a code.
	UserCode   string `json:"c,omitempty"`
	DeviceName string `json:"d,omitempty"`
}

const pagePurpose = "pair"

// pairPage is a page that a person is signed in to.
type pairPage struct {
	key pageKey

	Sealed     string             // key, for the browser
	Caller     identity.Principal // in the household that the device is to belong to
	Households []membership       // where the person may pair devices
	Areas      []string           // names of the household's rooms; none: its home is not ready
}

// deviceName is what the device calls itself that waits with a code; empty where nobody has asked.
func (p *pairPage) deviceName(userCode string) string {
	if code, ok := readUserCode(userCode); !ok || code != p.key.UserCode {
		return ""
	}

	return p.key.DeviceName
}

// openPage signs a person in for one pairing, in the first of their households where they may pair.
func (s *service) openPage(ctx context.Context, email, password string, from client) (*pairPage, error) {
	l, err := s.login(ctx, email, password, "", from)
	if err != nil {
		return nil, err
	}
	ends := s.moment().Add(pageLifetime)
	if err := s.store.limitSession(ctx, l.session.ID, ends); err != nil {
		return nil, err
	}
	key := pageKey{
		Purpose: pagePurpose, UserID: l.User.ID, SessionID: l.session.ID, Household: l.session.HouseholdID, EndsAt: ends.Unix(),
	}
	households, err := s.pairingHouseholds(ctx, l.User.ID)
	if err != nil {
		return nil, err
	}
	if len(households) > 0 && !slices.ContainsFunc(households, func(m membership) bool { return m.HouseholdID == key.Household }) {
		key.Household = households[0].HouseholdID
	}

	return s.loadPage(ctx, key)
}

// reopenPage returns the page of a sealed key, for another household where one is named.
// Errors: errPageOver, errMayNotPair, errHouseholdNotFound.
func (s *service) reopenPage(ctx context.Context, sealed, householdID string) (*pairPage, error) {
	var key pageKey
	plain, err := s.ring.Open(sealed)
	if err != nil || json.Unmarshal(plain, &key) != nil || key.Purpose != pagePurpose || s.now().Unix() >= key.EndsAt {
		return nil, errPageOver
	}
	if householdID != "" {
		key.Household = householdID
	}

	return s.loadPage(ctx, key)
}

// loadPage looks up what the person may do now; a session that ended meanwhile ends the page.
func (s *service) loadPage(ctx context.Context, key pageKey) (*pairPage, error) {
	said := claims{Subject: key.UserID, SessionID: key.SessionID, HouseholdID: key.Household}
	caller, err := s.rights.principal(ctx, said, key.Household)
	switch {
	case errors.Is(err, errSessionEnded):
		return nil, errPageOver.Wrap(err)
	case err != nil && caller.ID != "": // known, yet nobody in this household
		return nil, errors.Join(err, s.closePage(ctx, caller))
	case err != nil:
		return nil, err
	case caller.May(identity.PairDevices) != identity.Yes:
		err := s.recordRefusal(identity.With(ctx, caller), identity.PairDevices, "decideInPair")

		return nil, errors.Join(errMayNotPair, err, s.closePage(ctx, caller))
	}
	p := &pairPage{key: key, Caller: caller}
	if p.Households, err = s.pairingHouseholds(ctx, key.UserID); err != nil {
		return nil, err
	}
	if s.areas != nil {
		p.Areas = s.areas.AreaNames(ctx, key.Household)
	}

	return p, s.sealPage(p)
}

func (s *service) sealPage(p *pairPage) error {
	plain, err := json.Marshal(p.key)
	if err != nil {
		return err
	}
	p.Sealed, err = s.ring.Seal(plain)

	return err
}

// meetDevice asks for the name of the device that waits with a code. The page keeps it: asking
// again would be another guess. Errors: those of waitingName.
func (s *service) meetDevice(ctx context.Context, p *pairPage, userCode string) error {
	name, err := s.waitingName(ctx, p.Caller, userCode)
	if err != nil {
		return err
	}
	p.key.DeviceName = name
	p.key.UserCode, _ = readUserCode(userCode)

	return s.sealPage(p)
}

// closePage ends the page's session.
func (s *service) closePage(ctx context.Context, caller identity.Principal) error {
	return s.logout(identity.With(ctx, caller), caller, false)
}

// pairingHouseholds are those in which a person may pair devices.
func (s *service) pairingHouseholds(ctx context.Context, userID string) ([]membership, error) {
	all, err := s.store.listMemberships(ctx, userID, s.moment())
	if err != nil {
		return nil, err
	}

	return slices.DeleteFunc(all, func(m membership) bool {
		member := identity.Principal{Kind: identity.User, Role: m.Role}

		return m.DisabledAt != nil || member.May(identity.PairDevices) != identity.Yes
	}), nil
}

// waitingName returns what the device calls itself that waits with a code. Asking is as good as a
// guess, and counted as one. Errors: errUserCodeNotFound, errUserCodeUsed, errTooManyUserCodes.
func (s *service) waitingName(ctx context.Context, caller identity.Principal, userCode string) (string, error) {
	if err := s.countUserCode(ctx, caller); err != nil {
		return "", err
	}
	code, isCode := readUserCode(userCode)
	g, err := s.store.findGrant(ctx, "user_code_hash", hashUserCode(s.refreshKey, code), false)
	switch {
	case err != nil:
		return "", err
	case g == nil, !isCode, isPast(&g.ExpiresAt, s.moment()):
		return "", errUserCodeNotFound
	case g.Status != grantPending:
		return "", errUserCodeUsed
	}

	return g.DeviceName, nil
}
