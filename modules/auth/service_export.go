package auth

import (
	"bufio"
	"context"
	"encoding/json"
	"io"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
)

const actionExportProfile = "auth.export_profile"

// export writes all that is kept of the caller as one JSON document, item by item: however much
// it is, only a page of it is in memory. An error after the first byte leaves the document cut
// off, so that nobody can take it for whole.
func (s *service) export(ctx context.Context, caller identity.Principal, begin func() io.Writer) error {
	own, err := s.listOwn(ctx, caller)
	if err != nil {
		return err
	}
	err = s.audit.Record(ctx, auditapi.Event{
		HouseholdID: chainOf(caller.HouseholdID), Action: actionExportProfile, Outcome: auditapi.OK, Target: caller.ID,
	})
	if err != nil {
		return err
	}

	w := bufio.NewWriter(begin())
	d := document{out: w, encoder: json.NewEncoder(w)}
	d.member("exported_at", s.moment())
	d.member("profile", own.profile)
	d.member("households", own.households)
	d.member("sessions", own.sessions)
	d.member("invitations", own.invitations)
	for _, of := range s.belongings {
		d.list(of.Name, func(add func(any) error) error { return of.Export(ctx, caller.ID, add) })
	}

	return d.end(w)
}

// ownData is what auth itself keeps of a person: little enough to be held at once.
type ownData struct {
	profile     exportedProfile
	households  []exportedMembership
	sessions    []exportedSession
	invitations []exportedInvitation
}

func (s *service) listOwn(ctx context.Context, caller identity.Principal) (own ownData, err error) {
	user, err := s.store.getUser(ctx, caller.ID)
	if err != nil {
		return own, err
	}
	memberships, err := s.store.listAllMemberships(ctx, user.ID)
	if err != nil {
		return own, err
	}
	sessions, err := s.store.listAllSessions(ctx, user.ID)
	if err != nil {
		return own, err
	}
	invitations, err := s.store.listInvitationsBy(ctx, user.ID)
	if err != nil {
		return own, err
	}

	return ownData{
		profile:     toExportedProfile(user),
		households:  mapAll(memberships, toExportedMembership),
		sessions:    mapAll(sessions, toExportedSession),
		invitations: mapAll(invitations, toExportedInvitation),
	}, nil
}

func mapAll[From, To any](all []From, convert func(From) To) []To {
	converted := make([]To, 0, len(all))
	for _, one := range all {
		converted = append(converted, convert(one))
	}

	return converted
}

// document writes the members of one JSON object. After the first failure it does nothing.
type document struct {
	out     io.Writer
	encoder *json.Encoder
	isBegun bool
	err     error
}

func (d *document) text(text string) {
	if d.err == nil {
		_, d.err = io.WriteString(d.out, text)
	}
}

func (d *document) value(value any) error {
	if d.err == nil {
		d.err = d.encoder.Encode(value)
	}

	return d.err
}

func (d *document) name(name string) {
	before := "{"
	if d.isBegun {
		before = ","
	}
	d.isBegun = true
	d.text(before + `"` + name + `":`)
}

func (d *document) member(name string, value any) {
	d.name(name)
	_ = d.value(value)
}

// list writes an array of what fill adds.
func (d *document) list(name string, fill func(add func(item any) error) error) {
	d.name(name)
	between := "["
	err := fill(func(item any) error {
		d.text(between)
		between = ","

		return d.value(item)
	})
	if d.err == nil {
		d.err = err
	}
	if between == "[" {
		d.text(between)
	}
	d.text("]\n")
}

func (d *document) end(w *bufio.Writer) error {
	d.text("}\n")
	if d.err != nil {
		return d.err
	}

	return w.Flush()
}
