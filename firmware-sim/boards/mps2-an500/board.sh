# Arm MPS2+ AN500: Cortex-M7, which has the DSP instructions of the M4.
board_about='Cortex-M7, Arm MPS2+ AN500'
board_core=cortex-m
board_triple=armv7em-none-none-eabi
board_flags=(-mcpu=cortex-m7 -mfloat-abi=soft)
board_layout=pair
board_qemu=(qemu-system-arm -machine mps2-an500)
board_flash_bytes=$((4 * 1024 * 1024))
board_ram_bytes=$((4 * 1024 * 1024))
board_stack_bytes=8192
# For --kernels portable: nothing that a Cortex-M3 has not.
board_portable_flags=(-mcpu=cortex-m3 -mfloat-abi=soft)
