"""Why a file is not taken, in each language."""

from __future__ import annotations

from generator.errors import InvalidMedia

FAULTS: dict[str, tuple[str, str]] = {
    "unreadable": (
        "The file cannot be read; send MP4, MOV or WebM for a clip, JPEG, PNG or WebP for a picture.",
        "Le fichier est illisible ; envoyez un clip MP4, MOV ou WebM, ou une image JPEG, PNG ou WebP.",
    ),
    "empty": ("The file is empty.", "Le fichier est vide."),
    "too_heavy": (
        "The file is larger than {limit} MB; send a smaller one.",
        "Le fichier dépasse {limit} Mo ; envoyez-en un plus léger.",
    ),
    "wrong_type": (
        "This kind of file is not accepted; send an MP4, MOV or WebM clip, or a JPEG, PNG or WebP picture.",
        "Ce type de fichier n’est pas accepté ; envoyez un clip MP4, MOV, WebM ou une image JPEG, PNG, WebP.",
    ),
    "wrong_codec": (
        "The file uses the codec {name}, which is not accepted; H.264 and AAC always are.",
        "Le fichier utilise le codec {name}, qui n’est pas accepté ; H.264 et AAC le sont toujours.",
    ),
    "no_picture": ("The file holds no moving picture.", "Le fichier ne contient pas d’image animée."),
    "too_many_streams": (
        "The file holds more than one picture or sound track; send one of each at most.",
        "Le fichier contient plusieurs pistes d’image ou de son ; envoyez-en une de chaque au plus.",
    ),
    "too_large": (
        "The picture is {width} × {height} pixels; {limit} pixels in all is the most that is accepted.",
        "L’image mesure {width} × {height} pixels ; on accepte au plus {limit} pixels en tout.",
    ),
    "bomb": (
        "The picture declares far more pixels than the {limit} that are accepted.",
        "L’image annonce bien plus de pixels que les {limit} qu’on accepte.",
    ),
    "too_small": (
        "The picture is {width} × {height} pixels; each side must be {limit} pixels or more.",
        "L’image mesure {width} × {height} pixels ; chaque côté doit en compter au moins {limit}.",
    ),
    "too_narrow": (
        "The picture is {width} × {height} pixels; one side may be at most {limit} times the other.",
        "L’image mesure {width} × {height} pixels ; un côté vaut au plus {limit} fois l’autre.",
    ),
    "size_changes": (
        "The picture changes size along the clip; export it again with one size.",
        "L’image change de taille au cours du clip ; exportez-le avec une seule taille.",
    ),
    "too_long": (
        "The clip lasts more than {limit} seconds; send a shorter one.",
        "Le clip dure plus de {limit} secondes ; envoyez-en un plus court.",
    ),
    "too_many_frames": (
        "The clip holds more than {limit} frames; export it at 60 frames a second or fewer.",
        "Le clip contient plus de {limit} images ; exportez-le à 60 images par seconde ou moins.",
    ),
    "lying_duration": (
        "The file declares {declared:.1f} s but holds {decoded:.1f} s; export it again.",
        "Le fichier annonce {declared:.1f} s mais en contient {decoded:.1f} ; exportez-le de nouveau.",
    ),
    "truncated": (
        "The file is cut short or damaged; export or upload it again.",
        "Le fichier est tronqué ou abîmé ; exportez-le ou envoyez-le de nouveau.",
    ),
    "empty_sound": (
        "The sound track is empty; remove it or export the file again.",
        "La piste sonore est vide ; retirez-la ou exportez le fichier de nouveau.",
    ),
    "wrong_sound": (
        "The sound track cannot be read: {channels} channels at {rate} Hz.",
        "La piste sonore est illisible : {channels} canaux à {rate} Hz.",
    ),
    "too_slow": (
        "The file takes too long to read; export it again as H.264.",
        "Le fichier est trop long à lire ; exportez-le de nouveau en H.264.",
    ),
}


def fault(code: str, **facts: object) -> InvalidMedia:
    """Return the error to raise for `code`, its sentences filled with `facts`; KeyError if unknown."""
    english, french = FAULTS[code]
    return InvalidMedia(english.format(**facts), code=code, french=french.format(**facts))
