package auth

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

const (
	// rightsTTL is how long rights are believed without asking the database. A change is noticed
	// at once through the marks; this bounds what happens when kv is lost between the change and
	// the removal of its mark, for whoever reaches kv still.
	rightsTTL = 30 * time.Second
	// markTTL only has to be longer than rightsTTL: without its mark an entry counts for nothing.
	markTTL = time.Hour
)

// maxHouseholdID is the length of an id of ours; nothing longer is worth a look.
const maxHouseholdID = 36

// rights is what a session may do in one household, as of the last look at the database.
// Times are judged at each use.
type rights struct {
	// marks are those of session, subject and household that were there before the look. A change
	// to one of the three removes its mark, and with it every entry that relied on it.
	marks [3]string
	// Rings is how often the bell was rung before the look.
	Rings int64 `json:"b,omitempty"`

	Kind             identity.Kind `json:"k"`
	ID               string        `json:"u"` // the user's or device's
	Name             string        `json:"n"`
	IsAdmin          bool          `json:"a,omitempty"`
	IsOver           bool          `json:"o,omitempty"` // the session was ended
	IsDisabled       bool          `json:"d,omitempty"` // the user
	IsHouseClosed    bool          `json:"c,omitempty"` // the household is disabled
	Role             identity.Role `json:"r,omitempty"` // empty: not a member
	SessionEndsAt    *time.Time    `json:"s,omitempty"`
	MembershipEndsAt *time.Time    `json:"e,omitempty"`
	HasPIN           bool          `json:"p,omitempty"` // the household

	// Of a device.
	Area           string   `json:"w,omitempty"`
	AllowedDomains []string `json:"ad"` // nil is not empty
	AllowedAreas   []string `json:"aa"`
}

// authorizer says what callers may do now. Its cache in kv is shared by all replicas.
type authorizer struct {
	store   *store
	kv      kv.Store
	bell    bell
	now     clock.Clock
	log     *zap.Logger
	metrics *metrics
	owed    *owedMarks
}

// The keys of the three marks and of the entry. A subject is a user or a device. The session's id in the entry's key keeps one
// caller's entries from another.
func sessionMark(id string) string   { return "auth:mark:session:" + id }
func subjectMark(id string) string   { return "auth:mark:subject:" + id }
func householdMark(id string) string { return "auth:mark:household:" + id }

func rightsKey(sessionID, householdID string) string {
	return "auth:rights:" + sessionID + ":" + householdID
}

// principal returns the caller of a token in a household, with the rights of this moment.
// Errors: errSessionEnded, errHouseholdNotFound (not a member, or no such household),
// errHouseholdDisabled. With the last two comes who the caller is, without a household.
func (a *authorizer) principal(ctx context.Context, c claims, householdID string) (identity.Principal, error) {
	return a.principalBy(ctx, c, householdID, func(keys []string) ([][]byte, error) { return a.kv.GetMany(ctx, keys...) })
}

// principalBy is principal with a way to read keys of kv.
func (a *authorizer) principalBy(ctx context.Context, c claims, householdID string, read keyReader) (identity.Principal, error) {
	if len(householdID) > maxHouseholdID {
		householdID = "" // nobody's: an id of ours is never longer
	}
	r, err := a.rights(ctx, c, householdID, read)
	if err != nil {
		return identity.Principal{}, err
	}

	return a.judge(r, c, householdID)
}

// storedPrincipal is principal without the cache: what was committed before it is asked counts.
func (a *authorizer) storedPrincipal(ctx context.Context, c claims, householdID string) (identity.Principal, error) {
	r, err := a.load(ctx, c, householdID)
	if err != nil {
		return identity.Principal{}, err
	}

	return a.judge(r, c, householdID)
}

// judge says what rights come to at this moment.
func (a *authorizer) judge(r *rights, c claims, householdID string) (identity.Principal, error) {
	now := a.now()
	if r.IsOver || r.IsDisabled || isPast(r.SessionEndsAt, now) || r.ID != c.Subject {
		return identity.Principal{}, errSessionEnded
	}
	p := identity.Principal{
		Kind: r.Kind, ID: r.ID, Name: r.Name, SessionID: c.SessionID, IsAdmin: r.IsAdmin,
		Area: r.Area, AllowedDomains: r.AllowedDomains, AllowedAreas: r.AllowedAreas,
	}
	if r.Role == "" || isPast(r.MembershipEndsAt, now) {
		return p, errHouseholdNotFound
	}
	if r.IsHouseClosed {
		return p, errHouseholdDisabled
	}
	p.HouseholdID, p.Role, p.HasPIN = householdID, r.Role, r.HasPIN

	return p, nil
}

// keyReader is a round trip to kv. It is given the keys of the three marks, and then the entry's,
// whose value begins with the marks where it lets its caller act.
type keyReader func(keys []string) ([][]byte, error)

// rights looks in kv, in one round trip, and where that does not help in the database.
func (a *authorizer) rights(ctx context.Context, c claims, householdID string, read keyReader) (*rights, error) {
	key := rightsKey(c.SessionID, householdID)
	markKeys := []string{sessionMark(c.SessionID), subjectMark(c.Subject), householdMark(householdID)}
	found, err := read(append(markKeys, key))
	if err != nil || a.owed.hasAny(markKeys) {
		a.metrics.rights.WithLabelValues("fallback").Inc()
		return a.load(ctx, c, householdID) // slower, and as right
	}
	marks := [3]string{string(found[0]), string(found[1]), string(found[2])}
	rings := a.bell.rings()
	if cached := decodeRights(found[3], marks); cached != nil && cached.Rings == rings {
		a.metrics.rights.WithLabelValues("cache").Inc()
		return cached, nil
	}
	a.metrics.rights.WithLabelValues("database").Inc()

	r, err := a.load(ctx, c, householdID)
	if err != nil || r.Role == "" { // not kept: a guesser of ids must not fill kv
		return r, err
	}
	if slices.Contains(marks[:], "") {
		if !a.mark(ctx, markKeys, &marks) {
			return r, nil
		}
		if r, err = a.load(ctx, c, householdID); err != nil { // what counts was read after the marks were set
			return nil, err
		}
	}
	r.marks, r.Rings = marks, rings
	a.keep(ctx, key, r)

	return r, nil
}

// refusing begins the entry of somebody who may not act; see keyReader.
const refusing = "-"

// encode writes the entry: its marks, and then what was found under them.
func (r *rights) encode() ([]byte, error) {
	found, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	marks := strings.Join(r.marks[:], "")
	if r.IsOver || r.IsDisabled || r.IsHouseClosed {
		marks = refusing + marks
	}

	return append([]byte(marks), found...), nil
}

// decodeRights returns nil unless the entry was made under exactly these marks.
func decodeRights(value []byte, marks [3]string) *rights {
	if slices.Contains(marks[:], "") {
		return nil
	}
	found, ok := bytes.CutPrefix(bytes.TrimPrefix(value, []byte(refusing)), []byte(strings.Join(marks[:], "")))
	if !ok {
		return nil
	}
	var r rights
	if err := json.Unmarshal(found, &r); err != nil {
		return nil
	}

	return &r
}

// mark makes the marks that are missing. Whatever changes after that removes them again. It
// reports whether all are there.
func (a *authorizer) mark(ctx context.Context, keys []string, marks *[3]string) bool {
	for i, key := range keys {
		if marks[i] != "" {
			continue
		}
		mark := rand.Text()
		isOurs, err := a.kv.SetIfAbsent(ctx, key, []byte(mark), markTTL)
		if err != nil || !isOurs { // another request was faster: the next one will find its mark
			return false
		}
		marks[i] = mark
	}

	return true
}

// keep is a favour to the next request; without it that asks the database again.
func (a *authorizer) keep(ctx context.Context, key string, r *rights) {
	value, err := r.encode()
	if err == nil {
		err = a.kv.Set(ctx, key, value, rightsTTL)
	}
	if err != nil {
		a.log.Debug("rights were not cached", zap.Error(err))
	}
}

func (a *authorizer) load(ctx context.Context, c claims, householdID string) (*rights, error) {
	if c.DeviceID != "" {
		return a.store.getDeviceRights(ctx, c.SessionID, householdID)
	}

	return a.store.getRights(ctx, c.SessionID, householdID)
}

// forget makes every replica look at the database again for whatever relied on these marks.
// It is called after the change is committed. Where kv does not answer, this process does so at
// once; the others when kv is back, or when the entries end by themselves after rightsTTL.
func (a *authorizer) forget(ctx context.Context, markKeys ...string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := a.kv.Delete(ctx, markKeys...); err != nil {
		a.owed.add(a.now().Add(rightsTTL), markKeys)
		a.log.Warn("cached rights could not be dropped yet; they end by themselves", zap.Duration("within", rightsTTL), zap.Error(err))
	}
}
