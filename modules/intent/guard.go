package intent

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/identity"
)

// guard judges each command by the caller's rights and leaves one result for each.
func (s *service) guard(t *turn) {
	t.results = plannedResults(t.meant.Commands)
	for i := range t.results {
		r := &t.results[i]
		if r.status == meaning.StatusFailed {
			continue
		}

		switch judge(t.caller, r.command) {
		case identity.Yes, identity.Own:
		case identity.AfterYes:
			if !t.isConfirmed {
				r.needs = needsConfirm
			}
		case identity.WithPIN, identity.No:
			r.fail(meaning.ReasonNotAllowed)
		}
	}
}

func judge(caller identity.Principal, command meaning.Command) identity.Verdict {
	right := identity.Everyday
	for _, target := range command.Targets {
		if !isWithin(caller, target) {
			return identity.No
		}
		if isRisky(command, target) {
			right = identity.Risky
		}
	}

	return caller.May(right)
}

// isWithin reports whether a device that is narrowed may reach the entity.
func isWithin(caller identity.Principal, target *hamanagerapi.Entity) bool {
	if caller.AllowedDomains != nil && !slices.Contains(caller.AllowedDomains, target.Domain) {
		return false
	}

	return caller.AllowedAreas == nil || slices.Contains(caller.AllowedAreas, target.AreaID)
}

// isRisky reports whether the command would let somebody in: unlock, open a garage door or a
// gate, disarm.
func isRisky(command meaning.Command, target *hamanagerapi.Entity) bool {
	switch target.Domain {
	case "lock", "alarm_control_panel":
		return command.Intent == meaning.TurnOff || command.Intent == meaning.Toggle
	case "cover":
		if target.DeviceClass != "garage" && target.DeviceClass != "gate" {
			return false
		}
		position, isPosition := command.Slots.Number("position")

		return command.Intent == meaning.TurnOn || command.Intent == meaning.Toggle || isPosition && position > 0
	default:
		return false
	}
}

// plannedResults begins one result for each command; what binding found impossible has
// failed already.
func plannedResults(commands []meaning.Command) []result {
	results := make([]result, len(commands))
	for i, c := range commands {
		results[i] = result{command: c, status: meaning.StatusPlanned}
		if c.Reason != "" {
			results[i].fail(c.Reason)
		}
	}

	return results
}

func (r *result) fail(reason meaning.Reason) {
	r.status, r.reason, r.needs = meaning.StatusFailed, reason, needsNothing
}

func needsYes(results []result) bool {
	return slices.ContainsFunc(results, func(r result) bool { return r.needs == needsConfirm })
}

// riskyOf lists the commands that wait for a yes.
func riskyOf(results []result) []meaning.Command {
	var risky []meaning.Command
	for _, r := range results {
		if r.needs == needsConfirm {
			risky = append(risky, r.command)
		}
	}

	return risky
}
