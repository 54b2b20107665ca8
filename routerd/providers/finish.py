"""The words with which providers say why an answer ended; a word that stands in no list is no whole answer."""

from __future__ import annotations

STOP = frozenset(
    {
        "stop",  # OpenAI; Google's STOP
        "end_turn",  # Anthropic and Bedrock, behind thin gateways
        "stop_sequence",  # Anthropic, Bedrock, IBM watsonx
        "eos",  # Together
        "eos_token",  # TGI, IBM watsonx
        "complete",  # Cohere's COMPLETE
        "finish",  # Amazon Titan's FINISH
        "endoftext",  # AI21's Jurassic models
        "eos_token_found",  # AWS's TGI containers
    }
)
LENGTH = frozenset(
    {
        "length",  # OpenAI
        "max_tokens",  # Anthropic; Google's and Cohere's MAX_TOKENS; IBM watsonx
        "model_length",  # Mistral
        "max_output_tokens",  # OpenAI's responses, behind gateways
        "token_limit",  # IBM watsonx
        "model_context_window_exceeded",  # Anthropic
    }
)
FILTERED = frozenset(
    {
        "content_filter",  # OpenAI and Azure
        "safety",  # Google
        "recitation",  # Google
        "prohibited_content",  # Google
        "blocklist",  # Google
        "spii",  # Google
        "refusal",  # Anthropic
        "sensitive",  # Zhipu
        "error_toxic",  # Cohere
        "content_filtered",  # Bedrock
        "guardrail_intervened",  # Bedrock
    }
)
FAILED = frozenset(
    {
        "error",  # OpenRouter, for a provider that failed mid-stream; Cohere's ERROR
        "network_error",  # Zhipu
        "insufficient_system_resource",  # DeepSeek
        "abort",  # vLLM and SGLang
        "cancelled",  # IBM watsonx
        "time_limit",  # IBM watsonx
    }
)
