package identity

// Right is something that a caller may be let do. Each operation of docs/openapi.yaml names the
// one it needs (x-right), and an utterance's commands need Everyday, Risky or Plan.
type Right string

// The rights that the household's roles decide about.
const (
	Everyday    Right = "everyday"     // ordinary commands, and questions about states
	Risky       Right = "risky"        // what would let somebody in: unlock, open a garage door or gate, disarm
	Plan        Right = "plan"         // planned commands, timers, lists
	History     Right = "history"      // what was said and what came of it
	PairDevices Right = "pair_devices" // pair, change and remove devices
	Manage      Right = "manage"       // members, invitations, PIN, instance, backups, audit log
	Member      Right = "member"       // see the household and its home: whoever belongs to it

	EndMembership Right = "end_membership" // leave, and remove others
)

// The rights that have nothing to do with a household.
const (
	Person Right = "person" // a person's own login, profile and households
	Admin  Right = "admin"  // the operator's
)

// Verdict is what the table of rights says. The zero value is no, so that a role or a right
// that nobody thought of is refused.
type Verdict uint8

// The verdicts.
const (
	No       Verdict = iota
	Own              // yes, as far as it is one's own
	Yes              //
	AfterYes         // yes, once the person has confirmed it
	WithPIN          // yes, with the household's PIN
)

// rights is the table of who may do what: the only one there is.
//
//nolint:gochecknoglobals // immutable
var rights = map[Right]map[Role]Verdict{
	Everyday:    {RoleOwner: Yes, RoleAdult: Yes, RoleChild: Yes, RoleGuest: Yes, RoleDevice: Yes},
	Risky:       {RoleOwner: AfterYes, RoleAdult: AfterYes, RoleDevice: WithPIN},
	Plan:        {RoleOwner: Yes, RoleAdult: Yes, RoleChild: Own, RoleGuest: Own, RoleDevice: Yes},
	History:     {RoleOwner: Yes, RoleAdult: Yes, RoleChild: Own, RoleGuest: Own, RoleDevice: Own},
	PairDevices: {RoleOwner: Yes, RoleAdult: Yes},
	Manage:      {RoleOwner: Yes},
	Member:      {RoleOwner: Yes, RoleAdult: Yes, RoleChild: Yes, RoleGuest: Yes, RoleDevice: Yes},

	EndMembership: {RoleOwner: Yes, RoleAdult: Own, RoleChild: Own, RoleGuest: Own},
}

// May says whether the caller has a right in the household that this request is about. A device
// has Risky only where the household has a PIN to ask for; what AllowedDomains and AllowedAreas
// leave of Everyday is judged command by command.
func (p Principal) May(r Right) Verdict {
	switch {
	case p.Kind == System:
		return Yes
	case r == Person:
		return yesIf(p.Kind == User)
	case r == Admin:
		return yesIf(p.Kind == User && p.IsAdmin)
	}
	verdict := rights[r][p.Role]
	if verdict == WithPIN && !p.HasPIN {
		return No
	}

	return verdict
}

func yesIf(condition bool) Verdict {
	if condition {
		return Yes
	}

	return No
}

// IsKnown reports whether the table has the right.
func (r Right) IsKnown() bool {
	_, isOfHousehold := rights[r]

	return isOfHousehold || r == Person || r == Admin
}
