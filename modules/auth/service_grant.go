package auth

import (
	"context"
	"errors"
	"strings"
	"time"

	"homehub/modules/audit/auditapi"
	"homehub/platform/events"
	"homehub/platform/identity"
)

// How a device comes into a household (RFC 8628): it asks for a code, a person of the household
// types that and approves, and the device, which has been asking, is given its tokens.

// The acts of pairing in the record.
const (
	actionPairDevice   = "auth.pair_device"
	actionDenyDevice   = "auth.deny_device"
	actionRedeemDevice = "auth.redeem_device_code"
)

const (
	deviceClientID   = "homehub-device" // the only client there is: devices keep no secret of their own
	deviceCodePrefix = "hhd_"

	grantLifetime = 10 * time.Minute
	pollInterval  = 5 // seconds
	// pollLeeway forgives a device whose requests do not all travel equally fast.
	pollLeeway = 500 * time.Millisecond
)

// pairing is what a device needs to be paired.
type pairing struct{ DeviceCode, UserCode string }

// authorizeDevice lets a device wait for approval. It is nobody's yet, so nothing is recorded.
func (s *service) authorizeDevice(ctx context.Context, deviceName string) (*pairing, error) {
	if strings.TrimSpace(deviceName) != "" {
		var err error
		if deviceName, err = checkName("device_name", deviceName); err != nil {
			return nil, err
		}
	}
	now := s.moment()
	p := &pairing{DeviceCode: randomToken(deviceCodePrefix)}
	for range 3 { // a code that is taken is a matter of one in millions
		p.UserCode = newUserCode()
		isFree, err := s.store.insertGrant(ctx, &grantRow{
			DeviceCodeHash: hashToken(p.DeviceCode), UserCodeHash: hashUserCode(s.refreshKey, p.UserCode),
			DeviceName: strings.TrimSpace(deviceName), Status: grantPending, PollInterval: pollInterval,
			CreatedAt: now, ExpiresAt: now.Add(grantLifetime),
		})
		if err != nil {
			return nil, err
		}
		if isFree {
			return p, nil
		}
	}

	return nil, errUserCodesRunShort
}

// approval is what a person says of the device that they approve.
type approval struct{ UserCode, Name, Area string }

// approveDevice makes the device that waits with a code one of the caller's household.
func (s *service) approveDevice(ctx context.Context, caller identity.Principal, a approval) (*deviceRow, error) {
	name, err := checkName("name", a.Name)
	if err != nil {
		return nil, err
	}
	now := s.moment()
	d := &deviceRow{ID: identity.NewID(), HouseholdID: caller.HouseholdID, Name: name, CreatedAt: now}
	if d.Area, err = s.checkArea(ctx, caller.HouseholdID, a.Area); err != nil {
		return nil, err
	}
	err = s.decide(ctx, caller, a.UserCode, actionPairDevice, func(ctx context.Context, g *grantRow) error {
		if err := s.checkQuota(ctx, d.HouseholdID, quotaDevices); err != nil {
			return err
		}
		if err := s.store.insertDevice(ctx, d); err != nil {
			return err
		}
		// The device has its full time to fetch its tokens, also where the approval came late.
		g.Status, g.DeviceID, g.ExpiresAt = grantApproved, &d.ID, now.Add(grantLifetime)
		err := s.audit.Record(ctx, auditapi.Event{
			HouseholdID: d.HouseholdID, Action: actionPairDevice, Outcome: auditapi.OK, Target: d.ID,
			Personal: map[string]string{"device_name": d.Name},
		})
		if err != nil {
			return err
		}

		return s.events.Publish(ctx, events.Event{
			HouseholdID: d.HouseholdID, Kind: events.DevicePaired, Audience: events.Adults, Data: map[string]any{"device_id": d.ID},
		})
	})
	if err != nil {
		return nil, err
	}

	return d, nil
}

// denyDevice turns the device away that waits with a code.
func (s *service) denyDevice(ctx context.Context, caller identity.Principal, userCode string) error {
	return s.decide(ctx, caller, userCode, actionDenyDevice, func(ctx context.Context, g *grantRow) error {
		g.Status = grantDenied

		return s.audit.Record(ctx, auditapi.Event{HouseholdID: caller.HouseholdID, Action: actionDenyDevice, Outcome: auditapi.OK})
	})
}

// decide finds the grant of a code that nobody has decided about, and keeps what fn makes of it.
// A code that is not there is a guess: it is counted and recorded.
func (s *service) decide(
	ctx context.Context, caller identity.Principal, userCode, action string, fn func(context.Context, *grantRow) error,
) error {
	if err := s.countUserCode(ctx, caller); err != nil {
		return err
	}
	code, isCode := readUserCode(userCode)
	isFound := false
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		isFound = false
		g, err := s.store.lockGrantByUserCode(ctx, hashUserCode(s.refreshKey, code))
		if err != nil || g == nil || !isCode || isPast(&g.ExpiresAt, s.moment()) {
			return err
		}
		isFound = true
		if g.Status != grantPending {
			return errUserCodeUsed
		}
		if err := fn(ctx, g); err != nil {
			return err
		}

		return s.store.updateGrant(ctx, g)
	})
	if err != nil || isFound {
		return err
	}
	err = s.audit.Record(context.WithoutCancel(ctx), auditapi.Event{HouseholdID: caller.HouseholdID, Action: action, Outcome: auditapi.Refused})
	if err != nil {
		return err
	}

	return errUserCodeNotFound
}

// countUserCode judges how many codes a caller has tried. Right ones count, too: who could make
// room for guesses by approving a device of their own would have as many as they like.
func (s *service) countUserCode(ctx context.Context, caller identity.Principal) error {
	return s.count(ctx, "auth:user_codes:"+caller.ID, s.userCodes, errTooManyUserCodes)
}

// redeemDeviceCode answers a device that asks for its tokens. Until it has used them it gets the
// same again, so that a lost answer costs no pairing.
func (s *service) redeemDeviceCode(ctx context.Context, deviceCode string, from client) (*issued, error) {
	if _, err := s.keys.signer(ctx); err != nil {
		return nil, err
	}
	var (
		r       refreshed
		verdict error // unlike an error it is kept: when the device asked, and what interval it has now
	)
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		g, err := s.store.lockGrantByDeviceCode(ctx, hashToken(deviceCode))
		if err != nil {
			return err
		}
		if verdict = s.judgePoll(g); verdict != nil {
			return s.keepPoll(ctx, g, verdict)
		}
		if g.Status == grantRedeemed {
			r, err = s.repeatFirst(ctx, deviceCode)
		} else {
			r, err = s.startDeviceSession(ctx, g, deviceCode, from)
		}

		return err
	})
	if err == nil {
		err = verdict
	}
	err = s.finishReuse(ctx, r.session, from, err)
	if err != nil {
		return nil, err
	}
	out := r.issued
	out.AccessToken, out.ExpiresIn, err = s.tokens.issue(ctx, claimsOf(r.session, r.role))

	return &out, err
}

// judgePoll says what a device is told that asks for its tokens; nil: it gets them.
func (s *service) judgePoll(g *grantRow) error {
	now := s.moment()
	switch {
	case g == nil:
		return errInvalidGrant
	case g.Status == grantDenied:
		return errAccessDenied
	case isPast(&g.ExpiresAt, now):
		return errExpiredToken
	case g.Status != grantPending:
		return nil
	case g.PolledAt != nil && now.Sub(*g.PolledAt) < time.Duration(g.PollInterval)*time.Second-pollLeeway:
		return errSlowDown
	default:
		return errAuthorizationPending
	}
}

// keepPoll remembers that a device has asked, and what it was told.
func (s *service) keepPoll(ctx context.Context, g *grantRow, verdict error) error {
	if g == nil || g.Status != grantPending {
		return nil
	}
	if errors.Is(verdict, errSlowDown) {
		g.PollInterval += pollInterval
	}
	now := s.moment()
	g.PolledAt = &now

	return s.store.updateGrant(ctx, g)
}

// startDeviceSession gives an approved device its session, whose first refresh token is derived
// from the device code, as every later one is from the one before.
func (s *service) startDeviceSession(ctx context.Context, g *grantRow, deviceCode string, from client) (refreshed, error) {
	d, err := s.store.holdDevice(ctx, *g.DeviceID)
	if err != nil {
		return refreshed{}, err
	}
	if d == nil {
		return refreshed{}, errAccessDenied // removed before it had ever spoken
	}
	now := s.moment()
	session := &sessionRow{
		ID: identity.NewID(), Kind: string(identity.Device), DeviceID: &d.ID, HouseholdID: d.HouseholdID,
		CreatedAt: now, LastUsedAt: now, IP: from.IP, UserAgent: from.UserAgent,
	}
	token := successorOf(s.refreshKey, deviceCode)
	first := &refreshRow{Hash: hashToken(token), SessionID: session.ID, IssuedAt: now}
	if err := s.store.insertSession(ctx, session, first); err != nil {
		return refreshed{}, err
	}
	g.Status = grantRedeemed
	if err := s.store.updateGrant(ctx, g); err != nil {
		return refreshed{}, err
	}
	if err := s.store.touchDevice(ctx, d.ID, now); err != nil {
		return refreshed{}, err
	}
	err = s.audit.Record(ctx, auditapi.Event{
		HouseholdID: d.HouseholdID, Action: actionRedeemDevice, Outcome: auditapi.OK, Target: d.ID,
		Actor:    auditapi.Actor{Kind: string(identity.Device), ID: d.ID, Name: d.Name},
		Personal: map[string]string{"ip": from.IP},
	})

	return s.firstTokens(session, token), err
}

// repeatFirst gives the first tokens again, as long as nobody has used them.
func (s *service) repeatFirst(ctx context.Context, deviceCode string) (refreshed, error) {
	token := successorOf(s.refreshKey, deviceCode)
	row, err := s.store.lockRefreshToken(ctx, hashToken(token))
	if err != nil {
		return refreshed{}, err
	}
	if row == nil {
		return refreshed{}, errInvalidGrant // the device was removed
	}
	session, err := s.store.getSession(ctx, row.SessionID)
	if err != nil {
		return refreshed{}, err
	}
	switch r := s.firstTokens(session, token); {
	case session.hasEnded(s.moment()):
		return r, errSessionEnded
	case row.UsedAt != nil:
		return r, errRefreshReused
	default:
		return r, nil
	}
}

func (s *service) firstTokens(session *sessionRow, token string) refreshed {
	return refreshed{
		issued: issued{RefreshToken: token, RefreshExpiresIn: s.refreshExpiresIn(session, s.moment()), session: session},
		role:   identity.RoleDevice,
	}
}

// cleanGrants forgets codes that have expired, once nobody asks for them any more.
func (s *service) cleanGrants(ctx context.Context) error {
	for {
		n, err := s.store.deleteGrants(ctx, s.moment().Add(-grantLifetime), cleanBatch)
		if err != nil || n == 0 {
			return err
		}
	}
}
