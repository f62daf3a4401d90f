"""Every detector that ships: those of words, and those of pictures and sound over one set of nets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from safety.detector import FLOOR, Detector, Footage, Reader, Sound, Text
from safety.detectors.age import Age
from safety.detectors.face_engine import EmbeddedFaces, FaceEngine
from safety.detectors.face_tracks import FaceWatch
from safety.detectors.faces import Faces
from safety.detectors.gore import Gore
from safety.detectors.hidden_writing import HiddenWriting
from safety.detectors.image_safety import ImageSafety
from safety.detectors.lexicon import LexiconDetector
from safety.detectors.names import NamesDetector, ResemblingNamesDetector
from safety.detectors.nets import Nets
from safety.detectors.nobody import Nobody
from safety.detectors.nudity import Nudity
from safety.detectors.on_screen_text import OnScreenText
from safety.detectors.photographed import Photographed
from safety.detectors.picture_vectors import PictureVectors
from safety.detectors.private_people import PrivatePeople
from safety.detectors.prompt import TextHeads
from safety.detectors.references import References
from safety.detectors.sound_tags import ROLE as SOUNDS
from safety.detectors.sound_tags import SoundTags
from safety.detectors.speech import Speech
from safety.detectors.voice_encoder import EmbeddedVoices
from safety.detectors.voices import Voices
from safety.likeness.bank import FaceBank
from safety.likeness.voice_bank import VoiceBank
from safety.models.store import ModelStore
from safety.rights.bank import shipped_banks
from safety.rights.names import NameMatcher
from safety.rights.resembling import ResemblingNames
from safety.screen import Screen


def text_looks(store: ModelStore, floor: float = FLOOR) -> tuple[Detector[Text], ...]:
    """
    Return the detectors of words that ship, cheap ones first, over the shipped lists and `store`.

    Scores of harm under `floor` are not told: no policy asks for them.
    """
    names = NameMatcher(shipped_banks())
    return (
        NamesDetector(lambda: names),
        ResemblingNamesDetector(ResemblingNames(shipped_banks())),
        PrivatePeople(),
        LexiconDetector(),
        HiddenWriting(),
        TextHeads.of(store, floor),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipLooks:
    """
    What looks at a finished clip; `preview` are those quick enough for one in the making.

    `sound` is empty where no voice is listed and no optional model of sounds was brought: what nobody asked
    for is not missing.
    """

    footage: tuple[Detector[Footage], ...]
    sound: tuple[Detector[Sound], ...]
    preview: tuple[Detector[Footage], ...]
    on_screen: Reader[Footage]
    speech: Reader[Sound]

    def beside(self, text: tuple[Detector[Text], ...], is_asked: Callable[[str, float], bool]) -> Screen:
        """Return the screen of these and of `text`, which looks where `is_asked` says (see `Screen`)."""
        return Screen(
            text=text,
            footage=self.footage,
            sound=self.sound,
            on_screen=self.on_screen,
            speech=self.speech,
            preview=self.preview,
            is_asked=is_asked,
        )


def clip_looks(
    store: ModelStore,
    banks: tuple[FaceBank, ...] = (),
    engine: FaceEngine | None = None,
    voice_banks: tuple[VoiceBank, ...] = (),
) -> ClipLooks:
    """
    Return the detectors over the weights in `store`, cheap ones first; nothing is loaded yet.

    `engine` finds and compares faces (by default the embedded one); `banks` must be made by the same.
    Voices are listened for where `voice_banks` list some.
    """
    nets = Nets(store)
    safety = ImageSafety(nets)
    vectors = PictureVectors(nets)
    watch = FaceWatch(engine or EmbeddedFaces(nets), Photographed(vectors))
    reader = OnScreenText()
    gore, nudity = Gore(safety=safety), Nudity(nets=nets, safety=safety, nobody=Nobody(vectors))
    return ClipLooks(
        footage=(
            gore,
            nudity,
            Faces(watch=watch, banks=banks),
            Age(nets=nets, watch=watch),
            References(vectors, reader),
        ),
        sound=(
            *((Voices(encoder=EmbeddedVoices(store), banks=voice_banks),) if voice_banks else ()),
            *((SoundTags(nets),) if (store.folder / SOUNDS).is_dir() else ()),
        ),
        preview=(gore, nudity),
        on_screen=reader,
        speech=Speech(store),
    )
