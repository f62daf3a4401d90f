"""The sentences of the public check, in English and French."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from policies.ruling import Sentence
from safety.provenance.case import Case, VerifyVerdict, mark_confidence
from safety.provenance.credentials import ManifestState
from safety.provenance.likeness import Likeness
from safety.provenance.observation import Confidence, Medium
from safety.provenance.registry import SecondState, Way
from safety.provenance.sound_mark import SoundMarkKind


class Tone(enum.StrEnum):
    """How a line of evidence is to be read."""

    OK = "ok"
    WARN = "warn"
    STOP = "stop"
    MUTE = "mute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of evidence: `subject` is credentials, mark, fingerprint or label."""

    subject: str
    tone: Tone
    text: Sentence


SAYS: dict[VerifyVerdict, Sentence] = {
    VerifyVerdict.UNREADABLE: Sentence(
        en="We could not read this file.",
        fr="Nous n’avons pas pu lire ce fichier.",
    ),
    VerifyVerdict.MARK_TRANSPLANTED: Sentence(
        en="Our mark is here, but it was taken from another clip.",
        fr="Notre marque est là, mais elle vient d’un autre extrait.",
    ),
    VerifyVerdict.CONFIRMED: Sentence(
        en="Made by Filigrane, and unchanged since.",
        fr="Créé par Filigrane, inchangé depuis.",
    ),
    VerifyVerdict.CONFIRMED_ALTERED: Sentence(
        en="Made by Filigrane, then changed by someone.",
        fr="Créé par Filigrane, puis modifié par quelqu’un.",
    ),
    VerifyVerdict.MANIFEST_RECOVERED: Sentence(
        en="The credentials were lost on the way; we found them again.",
        fr="Le certificat s’était perdu en route ; nous l’avons retrouvé.",
    ),
    VerifyVerdict.OTHER_PROVENANCE: Sentence(
        en="Signed by someone else, and unchanged since; it bears no mark of ours.",
        fr="Signé par quelqu’un d’autre, inchangé depuis ; il ne porte aucune marque de nous.",
    ),
    VerifyVerdict.MANIFEST_INVALID: Sentence(
        en="It carries credentials that do not fit it; rely on none of what they say.",
        fr="Il porte un certificat qui ne lui correspond pas ; ne vous fiez à rien de ce qu’il dit.",
    ),
    VerifyVerdict.VISIBLE_MARK_ONLY: Sentence(
        en="It bears our visible mark, and nothing else confirms it.",
        fr="Il porte notre marque visible, et rien d’autre ne la confirme.",
    ),
    VerifyVerdict.NO_SIGNAL: Sentence(
        en="We found no sign of Filigrane in this file.",
        fr="Nous n’avons trouvé aucune trace de Filigrane dans ce fichier.",
    ),
}

_DETAILS: dict[VerifyVerdict, Sentence] = {
    VerifyVerdict.UNREADABLE: Sentence(
        en="It is not an answer about the clip. Try the original file instead of a screen recording.",
        fr="Ce n’est pas une réponse sur l’extrait. Essayez le fichier d’origine, non une capture.",
    ),
    VerifyVerdict.MARK_TRANSPLANTED: Sentence(
        en="Do not rely on the mark in this file. It names a clip that looks different.",
        fr="Ne vous fiez pas à la marque de ce fichier. Elle désigne un extrait d’aspect différent.",
    ),
    VerifyVerdict.CONFIRMED: Sentence(
        en="Every check agrees. This says where the clip comes from, not whether what it shows is true.",
        fr="Tous les contrôles concordent. Cela dit d’où vient l’extrait, non si ce qu’il montre est vrai.",
    ),
    VerifyVerdict.CONFIRMED_ALTERED: Sentence(
        en="It leads to a clip of ours, but the file was changed after signing.",
        fr="Il mène à l’un de nos extraits, mais le fichier a été modifié après la signature.",
    ),
    VerifyVerdict.MANIFEST_RECOVERED: Sentence(
        en="The file carries no credentials of ours, but what it shows leads to the record kept at signing.",
        fr="Le fichier ne porte plus notre certificat, mais ce qu’il montre mène à celui que nous gardons.",
    ),
    VerifyVerdict.OTHER_PROVENANCE: Sentence(
        en="A valid signature proves who signed. It does not prove that what you see happened.",
        fr="Une signature valide prouve qui a signé, non que ce que vous voyez a eu lieu.",
    ),
    VerifyVerdict.MANIFEST_INVALID: Sentence(
        en="Either the file was changed after signing, or the credentials were copied from another file.",
        fr="Soit le fichier a été modifié après la signature, soit le certificat vient d’un autre fichier.",
    ),
    VerifyVerdict.VISIBLE_MARK_ONLY: Sentence(
        en="Anyone can draw a logo on a picture. Treat this as unconfirmed.",
        fr="N’importe qui peut dessiner un logo. Considérez ceci comme non confirmé.",
    ),
    VerifyVerdict.NO_SIGNAL: Sentence(
        en="That does not make it real. It may come from another tool, or its marks may have been removed.",
        fr="Cela ne prouve pas qu’il soit authentique. Il peut venir d’un autre outil, "
        "ou ses marques ont pu être retirées.",
    ),
}


def detail(verdict: VerifyVerdict, case: Case) -> Sentence:
    """Return the second sentence of an answer; it names how much was changed where that is known."""
    if verdict is not VerifyVerdict.CONFIRMED_ALTERED:
        return _DETAILS[verdict]
    if case.best is None:
        return _PRESENCE_DETAIL if case.hears_presence_alone else _DETAILS[verdict]
    foreign = sum(state is SecondState.FOREIGN for state in case.best.seconds)
    if not foreign:
        return _DETAILS[verdict]
    return Sentence(
        en=f"It leads to a clip of ours, but about {foreign} s of it were cut in or redrawn after signing.",
        fr=f"Il mène à l’un de nos extraits, mais environ {foreign} s ont été insérées ou redessinées "
        "après la signature.",
    )


_PRESENCE_DETAIL = Sentence(
    en="The sound bears our mark, too short to say of which clip; nothing in the picture confirms it.",
    fr="Le son porte notre marque, trop brève pour dire de quel extrait ; rien dans l’image ne la confirme.",
)


def lines(case: Case, verdict: VerifyVerdict) -> tuple[Line, ...]:
    """Return the four lines of evidence: credentials, invisible mark, fingerprint, visible mark."""
    if verdict is VerifyVerdict.UNREADABLE:
        unchecked = Sentence(en="Not checked.", fr="Non vérifié.")
        subjects = ("credentials", "mark", "fingerprint", "label")
        return tuple(Line(subject=subject, tone=Tone.MUTE, text=unchecked) for subject in subjects)
    return (_credentials(case, verdict), _mark(case, verdict), _fingerprint(case), _label(case))


def _credentials(case: Case, verdict: VerifyVerdict) -> Line:
    found = case.credentials
    who = found.signer or "?"
    if found.state is ManifestState.ABSENT:
        if verdict is VerifyVerdict.MANIFEST_RECOVERED:
            return Line(
                subject="credentials", tone=Tone.OK, text=_RECOVERED[case.best.way if case.best else Way.MARK]
            )
        text = Sentence(
            en="No credentials, ours or anyone’s.", fr="Aucun certificat, ni de nous ni d’autrui."
        )
        return Line(subject="credentials", tone=Tone.MUTE, text=text)
    trust_en = (
        "the issuer is on our trust list" if found.is_trusted else "the issuer is not on our trust list"
    )
    trust_fr = "l’émetteur figure sur" if found.is_trusted else "l’émetteur ne figure pas sur"
    if found.state is ManifestState.VALID:
        en, fr = f"Signed by {who}, and fits the file", f"Signé par {who}, et correspond au fichier"
    else:
        en, fr = (
            f"Signed by {who}, but no longer fits the file",
            f"Signé par {who}, mais ne correspond plus au fichier",
        )
    tone = Tone.STOP if found.state is ManifestState.INVALID else Tone.OK if found.is_trusted else Tone.WARN
    text = Sentence(en=f"{en}; {trust_en}.", fr=f"{fr} ; {trust_fr} notre liste de confiance.")
    return Line(subject="credentials", tone=tone, text=text)


_RECOVERED = {
    Way.MARK: Sentence(
        en="Fetched from our manifest store by the mark; the file itself holds none.",
        fr="Repris de notre dépôt grâce à la marque ; le fichier n’en contient pas.",
    ),
    Way.SOUND: Sentence(
        en="Fetched from our manifest store by the mark in the sound; the file itself holds none.",
        fr="Repris de notre dépôt grâce à la marque du son ; le fichier n’en contient pas.",
    ),
    Way.FINGERPRINT: Sentence(
        en="Fetched from our manifest store by the fingerprint; the file itself holds none.",
        fr="Repris de notre dépôt grâce à l’empreinte ; le fichier n’en contient pas.",
    ),
}


def _mark(case: Case, verdict: VerifyVerdict) -> Line:
    picture, sound = mark_confidence(case), _SOUND[case.seen.sound.kind]
    if case.seen.medium is Medium.SOUND:
        tone = Tone.MUTE if case.seen.sound.kind is SoundMarkKind.NONE else Tone.OK
        return Line(subject="mark", tone=tone, text=sound)
    if verdict is VerifyVerdict.MARK_TRANSPLANTED:
        text = Sentence(
            en="Readable, but its content binding does not fit this picture.",
            fr="Lisible, mais son lien au contenu ne correspond pas à cette image.",
        )
        return Line(subject="mark", tone=Tone.WARN, text=text)
    seen = _PICTURE[picture]
    text = (
        seen
        if case.seen.medium is Medium.PICTURE
        else Sentence(en=f"{seen.en} {sound.en}", fr=f"{seen.fr} {sound.fr}")
    )
    if picture is Confidence.NONE and case.seen.sound.kind is SoundMarkKind.NONE:
        return Line(subject="mark", tone=Tone.MUTE, text=text)
    is_whole = picture is Confidence.STRONG and not case.has_foreign_part
    return Line(subject="mark", tone=Tone.OK if is_whole else Tone.WARN, text=text)


_PICTURE = {
    Confidence.STRONG: Sentence(en="Picture: clearly there.", fr="Image : nettement présente."),
    Confidence.FAINT: Sentence(
        en="Picture: faint, as after strong compression.",
        fr="Image : faible, comme après une forte compression.",
    ),
    Confidence.NONE: Sentence(en="Picture: not found.", fr="Image : introuvable."),
}
_SOUND = {
    SoundMarkKind.PAYLOAD: Sentence(
        en="Sound: there, with an identifier.", fr="Son : présente, avec un identifiant."
    ),
    SoundMarkKind.PRESENCE: Sentence(
        en="Sound: there, without an identifier (too short for one).",
        fr="Son : présente, sans identifiant (trop brève pour en porter un).",
    ),
    SoundMarkKind.NONE: Sentence(en="Sound: not found.", fr="Son : introuvable."),
}


def _fingerprint(case: Case) -> Line:
    trail = case.best or next(iter(case.trails), None)
    if trail is None:
        if case.is_own and case.shows_named_content:
            text = Sentence(
                en="The picture is the one the credentials describe.",
                fr="L’image est celle que décrit le certificat.",
            )
            return Line(subject="fingerprint", tone=Tone.OK, text=text)
        text = Sentence(en="Nothing similar was made here.", fr="Rien de semblable n’a été créé ici.")
        return Line(subject="fingerprint", tone=Tone.MUTE, text=text)
    tone, text = _LIKENESS[trail.likeness]
    if case.has_foreign_part and trail.likeness is Likeness.SAME:
        text = Sentence(
            en="The same clip, apart from the changed stretch.",
            fr="Le même extrait, hors du passage modifié.",
        )
    return Line(subject="fingerprint", tone=tone, text=text)


_LIKENESS = {
    Likeness.SAME: (
        Tone.OK,
        Sentence(
            en="The clip in our registry shows the same.",
            fr="L’extrait de notre registre montre la même chose.",
        ),
    ),
    Likeness.UNCLEAR: (
        Tone.WARN,
        Sentence(
            en="Too much changed or too little seen to compare.",
            fr="Trop modifié ou trop peu visible pour comparer.",
        ),
    ),
    Likeness.DIFFERENT: (
        Tone.STOP,
        Sentence(
            en="The clip named by the mark shows something else.",
            fr="L’extrait désigné par la marque montre autre chose.",
        ),
    ),
}


def _label(case: Case) -> Line:
    label = case.seen.label
    if label is None or not label.is_present:
        count = 0 if label is None else label.looked_count
        text = Sentence(
            en=f"None found in {count} places in time.", fr=f"Aucune, à {count} moments examinés."
        )
        return Line(subject="label", tone=Tone.MUTE, text=text)
    if label.is_where_ours_stands:
        text = Sentence(en="Present, and where we put it.", fr="Présente, là où nous la plaçons.")
        return Line(subject="label", tone=Tone.OK, text=text)
    text = Sentence(
        en="Our logo, but at a place or time we do not use.",
        fr="Notre logo, mais à un endroit ou un moment inhabituels.",
    )
    return Line(subject="label", tone=Tone.WARN, text=text)
