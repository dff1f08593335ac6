package hungarian

import (
	"cmp"
	"sync"
)

// class is a part that a word can play. A word may have several; which one it plays is
// decided by the frame that uses it.
type class uint64

// The classes: of the language's words first, then of what only a home or the form of a
// word makes.
const (
	cFiller class = 1 << iota
	cBlock
	cNegation
	cConjunction
	cQuestion
	cQuantity
	cPlace
	cAttribute
	cLevel
	cChange
	cColor
	cWhite
	cUnit
	cFraction
	cMedia
	cDock
	cAbout
	cNevermind
	cRespond
	cCopula
	cBe
	cLit
	cReason
	cTells
	cAddress
	cExcept
	cKeep
	cBut
	cCorrection
	cUndo
	cAgain
	cFeel
	cAsked
	cHome
	cYes
	cNo
	cKind
	cClass
	cDetects
	cPrefix
	cVerb
	cState
	cNumber
	cEntity
	cArea
	cFloor
	cUnknown
	cTime
	cNeedless
	cEnds
	cNeeds
	// cOwner: what follows is its, or it stands for something that is (Zsófié), or for where it is (Zsófinál).
	cOwner
	cTooMuch
	cMeant
	cMeasure
	cMeasured
	cWonder
	cRoams
	cSky
)

// cUnchanging are the classes whose words take no endings.
const cUnchanging = cPrefix | cExcept | cCorrection | cReason | cTells | cAddress | cFiller | cConjunction | cNegation | cBlock | cCopula | cNevermind | cYes | cNo

// classNames are the classes as data/words.yaml writes them, made once.
var classNames = sync.OnceValue(func() map[string]class {
	return map[string]class{
		"filler": cFiller, "block": cBlock, "negation": cNegation, "conjunction": cConjunction, "question": cQuestion,
		"quantity": cQuantity, "place": cPlace, "attribute": cAttribute, "level": cLevel, "change": cChange, "color": cColor,
		"white": cWhite, "unit": cUnit, "fraction": cFraction, "media": cMedia, "dock": cDock, "about": cAbout,
		"nevermind": cNevermind, "respond": cRespond, "copula": cCopula, "be": cBe, "lit": cLit, "reason": cReason, "tells": cTells, "address": cAddress, "except": cExcept, "keep": cKeep, "but": cBut, "correction": cCorrection, "undo": cUndo, "again": cAgain, "feel": cFeel, "asked": cAsked, "zone_home": cHome, "yes": cYes, "no": cNo,
		"state": cState, "needless": cNeedless, "ends": cEnds, "needs": cNeeds, "too_much": cTooMuch, "meant": cMeant,
		"wonder": cWonder, "roams": cRoams, "sky": cSky,
	}
})

// namesOfClasses are the names of all classes for people, and as evidence.
var namesOfClasses = sync.OnceValue(func() map[class]string {
	names := map[class]string{
		cKind: "kind", cClass: "sensors of", cDetects: "detects", cPrefix: "prefix", cMeasure: "measure", cMeasured: "measured",
		cTime: "time", cOwner: "owner",
	}
	for name, c := range classNames() {
		names[c] = name
	}

	return names
})

// String names a class for people.
func (c class) String() string { return cmp.Or(namesOfClasses()[c], "word") }

// lexeme is one meaning of a word or phrase of the language.
type lexeme struct {
	class class
	value string // its meaning under that class
	// of says what a kind is, or which sensors a class word speaks of.
	of *kind
	// measure is what a word asks of sensors.
	measure *measure
	// isWhole: it takes no endings.
	isWhole bool
}

// classes are the classes that a span has by this meaning. Beside a command, a word for where at a
// thing something is (alatt) is as good as unknown.
func (l lexeme) classes() class {
	if l.class == cRoams && l.value == "at" {
		return cRoams | cUnknown
	}
	if l.class == cAgain && l.value != "" { // says nothing without the turn before
		return cAgain | cUnknown
	}

	return l.class
}

// isUnchanging reports whether a word takes no endings under this meaning: hol, mikor.
func (l lexeme) isUnchanging() bool {
	return l.isWhole || l.class&cUnchanging != 0 || l.class == cAgain && l.value == "there" || l.class == cQuestion && (l.value == "where" || l.value == "when" || l.value == "whether")
}

// kind is a kind of device, or of a sensor.
type kind struct {
	Domain  string   `yaml:"domain"`
	Classes []string `yaml:"classes"`
	Words   []string `yaml:"words"`
	// Named: only those that are called so (a kiskapu is a lock, but what is called kapu is mostly none).
	Named bool `yaml:"named"`
}
