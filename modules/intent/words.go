package intent

import (
	"encoding/json"
	"slices"

	"homehub/modules/intent/internal/meaning"
)

// ownVocabulary are the slots whose values are homehub's own words and numbers, whoever spoke.
//
//nolint:gochecknoglobals // immutable
var ownVocabulary = []string{
	"domain", "device_class", "state", "color", "brightness", "position", "percentage", "humidity",
	"temperature", "volume_level", "volume_step", "hours", "minutes", "seconds",
}

// namesOfHome are the slots that name something of the home, once that has been found.
//
//nolint:gochecknoglobals // immutable
var namesOfHome = []string{"name", "area", "floor"}

// withoutWords leaves of somebody else's commands what was done, and not how it was said: the
// item of a list, or a name that the home does not know, is what the speaker told homehub.
func withoutWords(encoded json.RawMessage) json.RawMessage {
	var commands []commandAnswer
	if json.Unmarshal(encoded, &commands) != nil {
		return json.RawMessage("[]")
	}
	plain, err := json.Marshal(plainAnswers(commands))
	if err != nil {
		return json.RawMessage("[]")
	}

	return plain
}

// plainAnswers are the commands without anybody's words.
func plainAnswers(commands []commandAnswer) []commandAnswer {
	plain := slices.Clone(commands)
	for i := range plain {
		plain[i].Slots = plainSlots(plain[i])
	}

	return plain
}

func plainSlots(c commandAnswer) meaning.Slots {
	plain := meaning.Slots{}
	for slot, value := range c.Slots {
		isName := len(c.Targets) > 0 && slices.Contains(namesOfHome, slot)
		if isName || slices.Contains(ownVocabulary, slot) {
			plain[slot] = value
		}
	}

	return plain
}
