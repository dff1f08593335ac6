package virtualhome

import "slices"

// Feature bits of media players.
const (
	mediaPause, mediaSeek, mediaVolumeSet, mediaMute = 1, 2, 4, 8
	mediaPrevious, mediaNext, mediaOn, mediaOff      = 16, 32, 128, 256
	mediaPlayMedia, mediaVolumeStep, mediaSource     = 512, 1024, 2048
	mediaStop, mediaPlay, mediaShuffle               = 4096, 16384, 32768
	mediaSoundMode, mediaRepeat                      = 65536, 262144
)

func mediaServices() map[string]service {
	volume := fieldsOf(must("volume_level", number(0, 1)))
	playMedia := fieldsOf(must("media_content_type", looseText), must("media_content_id", looseText),
		may("enqueue", anything), may("announce", boolean), may("extra", object))

	return map[string]service{
		"turn_on":  {needs: []int{mediaOn}, run: turnOnPlayer},
		"turn_off": {needs: []int{mediaOff}, run: turnOffPlayer},
		"toggle": {needs: []int{mediaOff | mediaOn}, run: func(c *call, e *entity) error {
			if e.state.Value == "off" || e.state.Value == "standby" {
				return turnOnPlayer(c, e)
			}

			return turnOffPlayer(c, e)
		}},
		"volume_up":   {needs: []int{mediaVolumeSet, mediaVolumeStep}, run: stepVolume(0.1)},
		"volume_down": {needs: []int{mediaVolumeSet, mediaVolumeStep}, run: stepVolume(-0.1)},
		"volume_set": {fields: volume, needs: []int{mediaVolumeSet}, run: func(c *call, e *entity) error {
			return showPlayer(c, e, "volume_level", c.number("volume_level"))
		}},
		"volume_mute": {
			fields: fieldsOf(must("is_volume_muted", boolean)), needs: []int{mediaMute},
			run: func(c *call, e *entity) error { return showPlayer(c, e, "is_volume_muted", c.flag("is_volume_muted")) },
		},
		"media_play":           {needs: []int{mediaPlay}, run: playerTo("playing")},
		"media_pause":          {needs: []int{mediaPause}, run: playerTo("paused")},
		"media_stop":           {needs: []int{mediaStop}, run: playerTo("idle")},
		"media_play_pause":     {needs: []int{mediaPlay | mediaPause}, run: playOrPause},
		"media_next_track":     {needs: []int{mediaNext}, run: skipTrack(1)},
		"media_previous_track": {needs: []int{mediaPrevious}, run: skipTrack(-1)},
		"media_seek": {
			fields: fieldsOf(must("seek_position", number(0, 1e9))), needs: []int{mediaSeek},
			run: func(c *call, e *entity) error { return showPlayer(c, e, "media_position", c.number("seek_position")) },
		},
		"select_source": {fields: fieldsOf(must("source", looseText)), needs: []int{mediaSource}, run: selectSource},
		"select_sound_mode": {
			fields: fieldsOf(must("sound_mode", looseText)), needs: []int{mediaSoundMode},
			run: func(c *call, e *entity) error { return showPlayer(c, e, "sound_mode", c.text("sound_mode")) },
		},
		"shuffle_set": {
			fields: fieldsOf(must("shuffle", boolean)), needs: []int{mediaShuffle},
			run: func(c *call, e *entity) error { return showPlayer(c, e, "shuffle", c.flag("shuffle")) },
		},
		"repeat_set": {
			fields: fieldsOf(must("repeat", oneOfEnum("RepeatMode", "all", "off", "one"))), needs: []int{mediaRepeat},
			run: func(c *call, e *entity) error { return showPlayer(c, e, "repeat", c.text("repeat")) },
		},
		"play_media": {fields: playMedia, needs: []int{mediaPlayMedia}, run: playMediaOn},
	}
}

// playerKeys are what a player shows only while it is not off.
//
//nolint:gochecknoglobals // a table
var playerKeys = []string{
	"volume_level", "is_volume_muted", "media_content_id", "media_content_type", "media_title", "media_artist",
	"media_album_name", "media_track", "media_duration", "media_position", "source", "sound_mode", "shuffle",
	"repeat", "app_name", "entity_picture",
}

// showPlayer changes what a player shows, or would show when it is on.
func showPlayer(c *call, e *entity, key string, value any) error {
	if e.state.Value == "off" {
		e.memory = e.memory.with(key, value)
		e.seeded = nil
		c.home.markStates()

		return nil
	}
	c.setAttr(e, key, value)

	return nil
}

// playerTo gives a player a state; one that was off shows again what it remembers.
func playerTo(value string) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		attrs := e.state.Attrs
		if e.state.Value == "off" {
			for _, x := range e.memory {
				if slices.Contains(playerKeys, x.Key) {
					attrs = attrs.with(x.Key, x.Value)
				}
			}
		}
		c.set(e, value, attrs)

		return nil
	}
}

func turnOnPlayer(c *call, e *entity) error {
	if e.state.Value != "off" && e.state.Value != "standby" {
		return nil
	}
	value := "idle"
	if e.memory.get("media_title") != nil {
		value = "playing"
	} else if e.state.Attrs.text("device_class") == "tv" {
		value = "on"
	}

	return playerTo(value)(c, e)
}

func turnOffPlayer(c *call, e *entity) error {
	if e.state.Value == "off" {
		return nil
	}
	e.memory = keep(e.state.Attrs, playerKeys)
	c.set(e, "off", e.state.Attrs.without(playerKeys...))

	return nil
}

func stepVolume(by float64) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		shown := e.state.Attrs
		if e.state.Value == "off" {
			shown = e.memory
		}
		volume := round(shown.numberOr("volume_level", 0)+by, 2)

		return showPlayer(c, e, "volume_level", min(max(volume, 0), 1))
	}
}

func playOrPause(c *call, e *entity) error {
	if e.state.Value == "playing" {
		return playerTo("paused")(c, e)
	}

	return playerTo("playing")(c, e)
}

// skipTrack plays another track: its number is all that a simulated player knows of it.
func skipTrack(by int) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		return showPlayer(c, e, "media_track", max(e.state.Attrs.integer("media_track")+by, 1))
	}
}

func selectSource(c *call, e *entity) error { return showPlayer(c, e, "source", c.text("source")) }

func playMediaOn(c *call, e *entity) error {
	id, kind := c.text("media_content_id"), c.text("media_content_type")
	if err := playerTo("playing")(c, e); err != nil {
		return err
	}
	c.set(e, "playing", e.state.Attrs.with("media_content_id", id).with("media_content_type", kind).with("media_title", id))

	return nil
}

// playerAttributes hides what a described player does not show while it is off.
func playerAttributes(e *entity) {
	if e.state.Value != "off" {
		return
	}
	shown := *e.state
	e.memory = keep(shown.Attrs, playerKeys)
	shown.Attrs = shown.Attrs.without(playerKeys...)
	e.state = &shown
}
