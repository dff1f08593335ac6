package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// mediaFrames are about players: what plays, and how loud.
func mediaFrames() []frame {
	media := func(name string, needs class, build func(*clause) []draft, actions ...string) frame {
		return frame{
			name: name, actions: actions, needs: needs, make: build,
			allows: cTarget | cMedia | cPrefix | cAttribute,
		}
	}
	volume := cTarget | cAmount | cAttribute | cClass | cPrefix | cCopula | cBe

	return []frame{
		media("next or previous", cMedia, (*clause).skip, "", "play", "skip", "back", "dock", "set", "want", "start"),
		media("pause", cMedia, (*clause).pauseWord, "", "put", "set"),
		media("play", cMedia, (*clause).playWord, "", "start", "play"),
		media("pause by verb", 0, (*clause).pauseVerb, "pause", "stop"),
		media("play by verb", 0, (*clause).playVerb, "start", "play", "resume", "run", "work"),
		media("skip by verb", 0, (*clause).skipVerb, "skip", "back"),
		media("mute", 0, (*clause).mute, "mute"),
		media("mute by word", cAttribute, (*clause).muteWord, "take", "off"),
		media("unmute", 0, (*clause).unmute, "unmute"),
		media("unmute by word", cMedia, (*clause).unmuteWord, "off", "unlock", "take", "cancel"),
		{
			name: "volume", actions: []string{"", "set", "want", "more", "less", "up", "down", "roll_up", "roll_down", "on", "put", "raise", "be", "run", "work", "emit", "start"}, needs: 0,
			allows: volume, make: (*clause).volume,
		},
		{name: "louder", actions: []string{"more_volume", "less_volume"}, allows: volume, make: (*clause).louder},
	}
}

func players() []string { return []string{"media_player"} }

func playerKind() *kind { return &kind{Domain: "media_player"} }

// play makes a media command. Without a player or a place it is the one that the speaker
// hears: in their room, or the only one.
func (c *clause) play(intent string, values meaning.Slots) []draft {
	targets := c.targets(players(), playerKind())
	isOneOf := c.places(players()).isOneOf
	for i := range targets {
		if targets[i].slots["name"] != meaning.AllNames && targets[i].slots.Name() == "" {
			delete(targets[i].slots, "domain") // Home Assistant's media intents have no domain slot of their own
		}
		if here := c.here(); here != nil && len(targets[i].slots) == 0 {
			targets[i].slots["area"] = here.Name
		}
		targets[i].isOne = isOneOf || len(targets[i].slots) == 0 // of several that play, only the speaker knows which
	}

	return draftsFor(intent, values, targets)
}

func (c *clause) skip() []draft {
	other := c.find(cMedia, "other")
	isOther := other != nil && other.suffix.Case == morphology.Accusative && c.speaksOfPlayers()
	switch {
	case isOther, c.has(cMedia, "next") && !c.has(cMedia, "previous"):
		return c.play(meaning.MediaNext, nil)
	case c.has(cMedia, "previous") && !c.has(cMedia, "next"):
		return c.play(meaning.MediaPrevious, nil)
	default:
		return nil
	}
}

func (c *clause) skipVerb() []draft {
	if !c.speaksOfPlayers() || c.has(cMedia, "next") || c.has(cMedia, "previous") {
		return nil
	}
	if c.action == "back" {
		return c.play(meaning.MediaPrevious, nil)
	}

	return c.play(meaning.MediaNext, nil)
}

func (c *clause) pauseWord() []draft {
	if !c.has(cMedia, "pause") {
		return nil
	}

	return c.play(meaning.MediaPause, nil)
}

func (c *clause) playWord() []draft {
	if !c.has(cMedia, "play") {
		return nil
	}

	return c.play(meaning.MediaUnpause, nil)
}

// pauseVerb needs to know that a player is meant: other things are stopped otherwise.
func (c *clause) pauseVerb() []draft {
	if !c.speaksOfPlayers() && (c.action == "stop" || len(c.spans) > 2) {
		return nil
	}

	return c.play(meaning.MediaPause, nil)
}

func (c *clause) playVerb() []draft {
	isBare := c.action != "play" && c.classes&(cTarget&^cArea) == 0 && len(c.spans) <= 2
	if !c.speaksOfPlayers() && !isBare && c.action != "play" && !c.has(cMedia, "play") {
		return nil
	}
	if c.has(cMedia, "next") || c.has(cMedia, "previous") {
		return nil
	}

	return c.play(meaning.MediaUnpause, nil)
}

func (c *clause) unmute() []draft { return c.play(meaning.MediaUnmute, nil) }

func (c *clause) unmuteWord() []draft {
	if !c.has(cMedia, "muted") {
		return nil
	}

	return c.unmute()
}

func (c *clause) mute() []draft { return c.play(meaning.MediaMute, nil) }

// muteWord takes the sound away from a player: vedd el a hangját.
func (c *clause) muteWord() []draft {
	if !c.has(cAttribute, "volume") || !c.speaksOfPlayers() {
		return nil
	}

	return c.mute()
}

// speaksOfPlayers reports whether a player is named, or a word for what they play.
func (c *clause) speaksOfPlayers() bool {
	for _, sp := range c.spans {
		if sp.means(cKind, "media_player") || sp.is(cEntity) && len(of(sp.name.entities, players())) > 0 || sp.means(cMedia, "track") {
			return true
		}
	}

	return false
}

// volume sets a volume, or changes it where only a direction is said.
func (c *clause) volume() []draft {
	isVolume := c.has(cAttribute, "volume")
	direction := c.direction("volume", isVolume || c.speaksOfPlayers())
	if !isVolume && direction == 0 && (!c.speaksOfPlayers() || !c.hasLevel()) {
		return nil
	}
	if c.has(cLevel, "max") && direction < 0 { // vedd le teljesen
		return c.play(meaning.MediaMute, nil)
	}
	if level, ok := c.percent(1); ok {
		return c.play(meaning.SetVolume, meaning.Slots{"volume_level": int(level)})
	}

	return c.turnVolume(direction)
}

func (c *clause) louder() []draft {
	if level, ok := c.percent(1); ok && slices.ContainsFunc(c.quantities, func(q quantity) bool { return q.ending.Case == morphology.Sublative }) {
		return c.play(meaning.SetVolume, meaning.Slots{"volume_level": int(level)}) // halkítsd húszra
	}
	if c.action == "less_volume" {
		return c.turnVolume(-1)
	}

	return c.turnVolume(+1)
}

func (c *clause) turnVolume(direction int) []draft {
	switch {
	case direction > 0:
		return c.play(meaning.SetVolumeRelative, meaning.Slots{"volume_step": "up"})
	case direction < 0:
		return c.play(meaning.SetVolumeRelative, meaning.Slots{"volume_step": "down"})
	default:
		return nil
	}
}
